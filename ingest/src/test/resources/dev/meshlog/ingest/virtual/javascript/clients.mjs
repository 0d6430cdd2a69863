// Official clients of one device: HOST PORT COUNT. Prints a JSON object a line: each configured client with the nodes and keys that it has seen,
// that the text of the first one was acknowledged, and each text that a client received.
import { webcrypto } from "node:crypto";
import { MeshDevice } from "@meshtastic/core";
import { TransportNode } from "@meshtastic/transport-node";

// Node 18 has it, but not where the library looks for it.
globalThis.crypto ??= webcrypto;

const CONFIGURED = 7;
const [host, port, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
// The library logs to the console, and standard output is for the results.
console.log = console.info = console.debug = console.warn = console.error = () => {};

const hex = (bytes) => Buffer.from(bytes).toString("hex");

async function connect(client) {
  const device = new MeshDevice(await TransportNode.create(host, port));
  device.log.settings.minLevel = 7;
  const nodes = new Map();
  device.events.onNodeInfoPacket.subscribe((node) => nodes.set(node.num, node.user?.publicKey?.length ? hex(node.user.publicKey) : ""));
  device.events.onMessagePacket.subscribe((message) => say({ client, text: message.data, from: message.from }));
  const configured = new Promise((resolve) => {
    device.events.onDeviceStatus.subscribe((status) => status === CONFIGURED && resolve());
  });
  device.configure().catch(() => {});
  await configured;
  say({ client, own: device.myNodeInfo.myNodeNum, keys: Object.fromEntries(nodes) });
  return device;
}

const devices = await Promise.all(Array.from({ length: count }, (_, client) => connect(client)));
await devices[0].sendText("hello from JavaScript", "broadcast", true);
say({ acknowledged: true });
process.stdin.on("end", () => process.exit(0)).resume();
