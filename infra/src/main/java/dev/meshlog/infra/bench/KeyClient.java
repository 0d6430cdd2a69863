package dev.meshlog.infra.bench;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/** A client of a radio, or of what looks like one, that reads all nodes and goes. */
final class KeyClient {
    private static final int PATIENCE_MS = 60_000;
    private static final int NONCE = 5;
    private static final int KEY = 32;

    private KeyClient() {}

    /**
     * From the first packet of the connection to the last key.
     *
     * @throws IOException also when fewer keys came than are wanted
     */
    static double secondsToLastKey(InetSocketAddress radio, int keys) throws IOException {
        long began = System.nanoTime();
        try (var socket = new Socket()) {
            socket.connect(radio, PATIENCE_MS);
            socket.setSoTimeout(PATIENCE_MS);
            byte[] ask = ToRadio.newBuilder().setWantConfigId(NONCE).build().toByteArray();
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + ask.length)
                            .putShort((short) 0x94C3)
                            .putShort((short) ask.length)
                            .put(ask)
                            .array());
            var parser = FrameParser.fromRadio(0);
            byte[] chunk = new byte[64 << 10];
            int found = 0;
            int read;
            while (found < keys && (read = socket.getInputStream().read(chunk)) >= 0) {
                for (FramePiece piece : parser.feed(chunk, 0, read)) {
                    if (piece instanceof FramePiece.Frame frame) {
                        FromRadio said = FromRadio.parseFrom(frame.payload());
                        found += said.getNodeInfo().getUser().getPublicKey().size() == KEY ? 1 : 0;
                    }
                }
            }
            if (found < keys) {
                throw new IOException("of " + keys + " keys " + found + " came");
            }
            return (System.nanoTime() - began) / 1e9;
        }
    }
}
