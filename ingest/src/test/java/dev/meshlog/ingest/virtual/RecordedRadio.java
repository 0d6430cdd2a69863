package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A radio behind TCP that tells a recorded config, takes and acknowledges packets, and says what it is told to. */
final class RecordedRadio implements AutoCloseable {
    private static final int ROUTING = 5;

    final BlockingQueue<MeshPacket> packets = new LinkedBlockingQueue<>();
    private final List<FromRadio> config;
    private final ServerSocket server;
    private volatile @Nullable Socket client;
    private volatile boolean closed;

    RecordedRadio(String recording) throws IOException {
        config = Recorded.config(recording);
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    int node() {
        return config.stream()
                .filter(FromRadio::hasMyInfo)
                .findFirst()
                .orElseThrow()
                .getMyInfo()
                .getMyNodeNum();
    }

    boolean isConnected() {
        return client != null;
    }

    synchronized void say(FromRadio message) throws IOException {
        Socket open = client;
        if (open == null) {
            throw new IOException("nobody is connected");
        }
        open.getOutputStream().write(DeviceFrames.frame(message.toByteString()));
    }

    void hear(int from, int id, String text) throws IOException {
        say(FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(from)
                        .setTo(-1)
                        .setId(id)
                        .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8(text))))
                .build());
    }

    /** The line is cut; it may be called again at once. */
    void restart() throws IOException {
        Socket open = client;
        client = null;
        if (open != null && !open.isClosed()) {
            open.setSoLinger(true, 0);
            open.close();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                start(() -> serve(socket));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException("accepting", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        var frames = new DeviceFrames();
        byte[] chunk = new byte[4096];
        try (socket) {
            client = socket;
            int read = socket.getInputStream().read(chunk);
            while (read >= 0) {
                for (ByteString payload : frames.feed(Arrays.copyOf(chunk, read))) {
                    answer(ToRadio.parseFrom(payload));
                }
                read = socket.getInputStream().read(chunk);
            }
        } catch (IOException e) {
            // Cut, by us or by the link.
        }
    }

    private void answer(ToRadio said) throws IOException {
        if (said.hasWantConfigId()) {
            for (FromRadio each : config) {
                say(
                        each.hasConfigCompleteId()
                                ? each.toBuilder()
                                        .setConfigCompleteId(said.getWantConfigId())
                                        .build()
                                : each);
            }
        } else if (said.hasHeartbeat()) {
            say(FromRadio.newBuilder()
                    .setQueueStatus(QueueStatus.newBuilder().setFree(16).setMaxlen(16))
                    .build());
        } else if (said.hasPacket()) {
            int id = said.getPacket().getId();
            say(FromRadio.newBuilder()
                    .setQueueStatus(
                            QueueStatus.newBuilder().setFree(15).setMaxlen(16).setMeshPacketId(id))
                    .build());
            say(FromRadio.newBuilder()
                    .setPacket(MeshPacket.newBuilder()
                            .setFrom(node())
                            .setTo(node())
                            .setId(~id)
                            .setDecoded(Data.newBuilder()
                                    .setPortNum(ROUTING)
                                    .setRequestId(id)
                                    .setPayload(Routing.newBuilder()
                                            .setErrorReason(0)
                                            .build()
                                            .toByteString())))
                    .build());
            packets.add(said.getPacket());
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "recorded-radio");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        restart();
    }
}
