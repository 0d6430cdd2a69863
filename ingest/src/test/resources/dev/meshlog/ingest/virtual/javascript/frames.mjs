// How many frames of a file the official parser finds, when the file comes in one piece and nothing follows it.
import { readFileSync } from "node:fs";
import { Utils } from "@meshtastic/core";

console.warn = () => {};
const parser = Utils.fromDeviceStream();
let packets = 0;
const reading = (async () => {
  for await (const piece of parser.readable) {
    packets += piece.type === "packet" ? 1 : 0;
  }
})();
const writer = parser.writable.getWriter();
await writer.write(readFileSync(process.argv[2]));
await writer.close();
await reading;
process.stdout.write(packets + "\n");
