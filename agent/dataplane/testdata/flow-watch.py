"""flow-watch.py FROM_NS TO_NS ADDRESS RATE PORT...: sends UDP to each port without pause and counts what arrives.

Every packet to a port has a source port of its own, so that no connection helps it; beside them one stream from port 1000 to the
first port is answered, and so a connection that stands. One JSON line when sending has begun; at the end of standard input sending stops, and once
all is heard one JSON line: {"PORT": [sent, received], ..., "stream": [sent, received]}."""
import ctypes, json, os, socket, struct, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
def enter(name):
    fd = os.open(f'/run/netns/{name}', os.O_RDONLY)
    if libc.setns(fd, 0x40000000): raise OSError(ctypes.get_errno(), f'setns {name}')
    os.close(fd)

source, sink, address, rate = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
ports = [int(port) for port in sys.argv[5:]]
enter(sink)
ears = {}
for port in ports:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); ear.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
    ear.bind((address, port)); ears[port] = ear
enter(source)
mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
sent = dict.fromkeys([*map(str, ports), 'stream'], 0); heard = dict.fromkeys(sent, 0)
stop = threading.Event(); done = threading.Event()
def listen(port):
    ear = ears[port]; ear.settimeout(0.2)
    while not done.is_set():
        try: body, caller = ear.recvfrom(64)
        except socket.timeout: continue
        if body == b'stream': ear.sendto(b'heard', caller)
        heard['stream' if body == b'stream' else str(port)] += 1
threads = [threading.Thread(target=listen, args=(port,)) for port in ports]
for thread in threads: thread.start()
def send(name, source_port, port, body):
    mouth.sendto(struct.pack('!HHHH', source_port, port, 8 + len(body), 0) + body, (address, 0)); sent[name] += 1
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
print('{}', flush=True)
fresh = 10000; due = time.monotonic()
while not stop.is_set():
    for port in ports: send(str(port), fresh, port, b'single')
    send('stream', 1000, ports[0], b'stream')
    fresh = fresh + 1 if fresh < 65000 else 10000
    due += 1 / rate
    time.sleep(max(0, due - time.monotonic()))
end = time.monotonic() + 5
while time.monotonic() < end and any(heard[name] < sent[name] for name in ('stream', str(ports[0]))): time.sleep(0.01)
done.set()
for thread in threads: thread.join()
print(json.dumps({name: [sent[name], heard[name]] for name in sent}), flush=True)
