"""packet-lab.py PODS_NS NODE_NS IFACE...: sends crafted packets into a node, or from it, and tells which got through.

One JSON line in, {"packets": [[slot, hex, id], ...], "last": id}. A packet with a slot is an Ethernet frame that leaves by the slot-th
interface of PODS_NS, and its id the number in its source MAC; one without is an IP packet that NODE_NS itself sends, and its id
is the low half of its mark. `last` is the id of a frame whose source MAC begins with LAST: it is seen and dropped before any other rule,
when all frames before it have been worked off. One JSON line out: the ids that were counted behind the node's own rules, in the table
`inet probe` of NODE_NS. Afterwards its counters and conntrack are empty.
Environment: TRANSLATED, a JSON list of [address, address]: what is sent to the first goes to the second."""
import ctypes, json, os, re, socket, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
def enter(name):
    fd = os.open(f'/run/netns/{name}', os.O_RDONLY)
    if libc.setns(fd, 0x40000000): raise OSError(ctypes.get_errno(), f'setns {name}')
    os.close(fd)

# One CPU for all frames: packets of one CPU are worked off in the order in which they were sent.
cpus = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, {cpus[os.getpid() % len(cpus)]})
enter(sys.argv[1])
out = []
for name in sys.argv[3:]:
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0); s.bind((name, 0)); out.append(s)
enter(sys.argv[2])
ID_MASK = 0xffff
LAST = '0a'
own = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW), 6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
def send_own(packet, mark):
    version = packet[0] >> 4; s = own[version]; s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
    to = (socket.inet_ntop(socket.AF_INET, packet[16:20]), 0) if version == 4 else (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0, 0, 0)
    try: s.sendto(packet, to)
    except PermissionError: pass  # what our rules drop or reject
flow = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
nft = ctypes.CDLL('libnftables.so.1')
nft.nft_ctx_new.restype = ctypes.c_void_p; nft.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
ctx = ctypes.c_void_p(nft.nft_ctx_new(0)); nft.nft_ctx_buffer_output(ctx); nft.nft_ctx_buffer_error(ctx)
def run(command):
    if nft.nft_run_cmd_from_buffer(ctx, command.encode()): raise RuntimeError(command)
    return nft.nft_ctx_get_output_buffer(ctx).decode()

run('add table inet probe; add set inet probe frames { type ether_addr; flags dynamic; size 65535; }; '
    'add set inet probe own { type mark; flags dynamic; size 65535; }')
def chain(hook, priority, rules, kind='filter'):
    run(f'add chain inet probe {hook}_{kind} {{ type {kind} hook {hook} priority {priority}; }}')
    for rule in rules: run(f'add rule inet probe {hook}_{kind} {rule}')
chain('prerouting', -1000, [f'ether saddr & ff:00:00:00:00:00 == {LAST}:00:00:00:00:00 update @frames {{ ether saddr counter }} drop'])
for hook in ('forward', 'input'): chain(hook, 10, ['meta iiftype ether update @frames { ether saddr counter }'])
chain('postrouting', 90, [f'meta mark and {ID_MASK} != 0 update @own {{ meta mark and {ID_MASK} counter }}'])
# What the node answers by itself would be counted by the rules under test; the kernel's own multicast reports carry any mark.
chain('output', -1000, ['ip6 daddr ff00::/8 drop', f'meta mark and {ID_MASK} == 0 drop'])
translated = [(f'ip{"6" if ":" in was else ""} daddr {was} dnat ip{"6" if ":" in was else ""} to {now}') for was, now in json.loads(os.environ.get('TRANSLATED', '[]'))]
if translated:
    chain('prerouting', -100, translated, 'nat'); chain('output', -100, translated, 'nat')
print('ready', flush=True)
def counted():
    macs = re.findall('((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) counter packets [1-9]', run('list set inet probe frames'))
    marks = re.findall('(0x[0-9a-f]+) counter packets [1-9]', run('list set inet probe own'))
    return {int(mac.replace(':', '')[4:], 16) for mac in macs} | {int(mark, 16) for mark in marks}
for line in sys.stdin:
    case = json.loads(line)
    for slot, packet, mark in case['packets']:
        if slot is None: send_own(bytes.fromhex(packet), mark)
        else: out[slot].send(bytes.fromhex(packet))
    end = time.monotonic() + 10
    while True:
        passed = counted()
        if case['last'] in passed: break
        if time.monotonic() > end: raise RuntimeError('the last packet was lost')
    run('flush set inet probe frames; flush set inet probe own')
    # IPCTNL_MSG_CT_DELETE without a tuple: every connection (linux/netfilter/nfnetlink_conntrack.h).
    flow.send(struct.pack('=IHHIIBBH', 20, 0x0102, 5, 1, 0, 0, 0, 0)); flow.recv(4096)
    print(json.dumps(sorted(passed)), flush=True)
