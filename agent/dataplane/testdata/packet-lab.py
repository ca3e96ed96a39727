"""packet-lab.py PODS_NS NODE_NS IFACE...: sends crafted Ethernet frames into a node and tells which got through.

One JSON line in, {"frames": [[slot, hex], ...], "last": mac}: each frame leaves by the slot-th interface of PODS_NS;
`last` is the source MAC of the last frame, which is always let through. One JSON line out: the source MACs, as nft
writes them, that reached the set `passed` of NODE_NS's table `inet probe`. Afterwards the set and conntrack are empty."""
import ctypes, json, os, re, socket, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
def enter(name):
    fd = os.open(f'/run/netns/{name}', os.O_RDONLY)
    if libc.setns(fd, 0x40000000): raise OSError(ctypes.get_errno(), f'setns {name}')
    os.close(fd)

# One CPU for all frames: packets of one CPU are worked off in the order in which they were sent.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
enter(sys.argv[1])
out = []
for name in sys.argv[3:]:
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0); s.bind((name, 0)); out.append(s)
enter(sys.argv[2])
flow = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
nft = ctypes.CDLL('libnftables.so.1')
nft.nft_ctx_new.restype = ctypes.c_void_p; nft.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
ctx = ctypes.c_void_p(nft.nft_ctx_new(0)); nft.nft_ctx_buffer_output(ctx); nft.nft_ctx_buffer_error(ctx)
def run(command):
    if nft.nft_run_cmd_from_buffer(ctx, command.encode()): raise RuntimeError(command)
    return nft.nft_ctx_get_output_buffer(ctx).decode()

run('add table inet probe; add set inet probe passed { type ether_addr; flags dynamic; size 65535; }')
for hook in ('forward', 'input'):
    run(f'add chain inet probe {hook} {{ type filter hook {hook} priority 10; }}; '
        f'add rule inet probe {hook} meta iiftype ether update @passed {{ ether saddr }}')
print('ready', flush=True)
for line in sys.stdin:
    case = json.loads(line)
    for slot, frame in case['frames']: out[slot].send(bytes.fromhex(frame))
    end = time.monotonic() + 10
    while True:
        passed = re.findall('(?:[0-9a-f]{2}:){5}[0-9a-f]{2}', run('list set inet probe passed'))
        if case['last'] in passed: break
        if time.monotonic() > end: raise RuntimeError('the last frame was lost')
    run('flush set inet probe passed')
    # IPCTNL_MSG_CT_DELETE without a tuple: every connection (linux/netfilter/nfnetlink_conntrack.h).
    flow.send(struct.pack('=IHHIIBBH', 20, 0x0102, 5, 1, 0, 0, 0, 0)); flow.recv(4096)
    print(json.dumps(passed), flush=True)
