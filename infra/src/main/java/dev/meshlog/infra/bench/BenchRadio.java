package dev.meshlog.infra.bench;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A radio on a socket of this machine that says as much as it is told to, as fast as it is read. */
final class BenchRadio implements AutoCloseable {
    private static final int NODE = 0x4000;
    private static final int PAYLOAD = 100;
    private static final int DIFFERENT = 1_000;

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final CompletableFuture<Socket> ready = new CompletableFuture<>();
    private final List<ByteString> messages = new ArrayList<>();
    private final byte[] frames;

    /** @param seed of what it says */
    BenchRadio(long seed) throws IOException {
        var random = new Random(seed);
        var framed = new ByteArrayOutputStream();
        for (int i = 0; i < DIFFERENT; i++) {
            byte[] encrypted = new byte[PAYLOAD];
            random.nextBytes(encrypted);
            ByteString message = FromRadio.newBuilder()
                    .setId(i + 1)
                    .setPacket(MeshPacket.newBuilder()
                            .setFrom(random.nextInt())
                            .setTo(-1)
                            .setId(random.nextInt())
                            .setChannel(8)
                            .setRxTime(1_790_000_000)
                            .setRxSnr(5.5f)
                            .setRxRssi(-90)
                            .setHopLimit(3)
                            .setEncrypted(ByteString.copyFrom(encrypted)))
                    .build()
                    .toByteString();
            messages.add(message);
            framed.writeBytes(frame(message));
        }
        frames = framed.toByteArray();
        var thread = new Thread(this::serve, "bench-radio");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** What it says over and over. */
    List<ByteString> messages() {
        return messages;
    }

    /** Says everything so many times. */
    void speak(int times) throws Exception {
        OutputStream out = ready.get().getOutputStream();
        for (int i = 0; i < times; i++) {
            out.write(frames);
        }
        out.flush();
    }

    private void serve() {
        try (Socket client = server.accept()) {
            var parser = new FrameParser(payload -> true, 0);
            byte[] chunk = new byte[512];
            int read;
            while ((read = client.getInputStream().read(chunk)) >= 0) {
                for (FramePiece piece : parser.feed(chunk, 0, read)) {
                    if (piece instanceof FramePiece.Frame said) {
                        answer(client, ToRadio.parseFrom(said.payload()));
                    }
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private void answer(Socket client, ToRadio said) throws IOException {
        OutputStream out = client.getOutputStream();
        if (said.hasWantConfigId()) {
            out.write(frame(FromRadio.newBuilder()
                    .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(NODE))
                    .build()
                    .toByteString()));
            out.write(frame(FromRadio.newBuilder()
                    .setConfigCompleteId(said.getWantConfigId())
                    .build()
                    .toByteString()));
            ready.complete(client);
        } else if (said.hasHeartbeat()) {
            out.write(frame(FromRadio.newBuilder()
                    .setQueueStatus(QueueStatus.getDefaultInstance())
                    .build()
                    .toByteString()));
        }
    }

    private static byte[] frame(ByteString message) {
        return ByteBuffer.allocate(4 + message.size())
                .putShort((short) 0x94C3)
                .putShort((short) message.size())
                .put(message.asReadOnlyByteBuffer())
                .array();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
