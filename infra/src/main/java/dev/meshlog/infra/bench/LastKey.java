package dev.meshlog.infra.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How long clients of a radio, or of a virtual node, wait for the last of its keys: from the connection on. */
final class LastKey {
    private static final int NONCE = 0x5eed;
    private static final int CHUNK = 64 << 10;

    private LastKey() {}

    /**
     * @param keys of different nodes
     * @param clients that connect at once
     * @return seconds of the slowest
     */
    static double seconds(int port, int keys, int clients) throws InterruptedException, ExecutionException {
        var threads = Executors.newFixedThreadPool(clients);
        try {
            var waiting = new ArrayList<Future<Double>>();
            for (int i = 0; i < clients; i++) {
                waiting.add(threads.submit(() -> one(port, keys)));
            }
            double slowest = 0;
            for (Future<Double> each : waiting) {
                slowest = Math.max(slowest, each.get());
            }
            return slowest;
        } finally {
            threads.shutdownNow();
        }
    }

    private static double one(int port, int keys) throws IOException {
        long began = System.nanoTime();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            byte[] payload = ToRadio.newBuilder().setWantConfigId(NONCE).build().toByteArray();
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + payload.length)
                            .putShort((short) 0x94C3)
                            .putShort((short) payload.length)
                            .put(payload)
                            .array());
            FrameParser parser = FrameParser.fromRadio(0);
            Set<Integer> seen = new HashSet<>();
            byte[] chunk = new byte[CHUNK];
            while (seen.size() < keys) {
                int read = socket.getInputStream().read(chunk);
                if (read < 0) {
                    throw new IOException("closed after " + seen.size() + " of " + keys + " keys");
                }
                take(parser.feed(chunk, 0, read), seen);
            }
            return (System.nanoTime() - began) / 1e9;
        }
    }

    private static void take(List<FramePiece> pieces, Set<Integer> seen) throws InvalidProtocolBufferException {
        for (FramePiece piece : pieces) {
            if (piece instanceof FramePiece.Frame frame) {
                FromRadio message = FromRadio.parseFrom(frame.payload());
                if (!message.getNodeInfo().getUser().getPublicKey().isEmpty()) {
                    seen.add(message.getNodeInfo().getNum());
                }
            }
        }
    }
}
