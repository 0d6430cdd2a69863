package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A client of a virtual node that reads all that it gets. */
final class Client implements AutoCloseable {
    final Collection<FromRadio> told = new ConcurrentLinkedQueue<>();
    private final Socket socket = new Socket();
    private volatile boolean ended;

    Client(InetSocketAddress node) throws IOException {
        socket.connect(node);
        var thread = new Thread(this::read, "client");
        thread.setDaemon(true);
        thread.start();
    }

    void say(ToRadio message) throws IOException {
        socket.getOutputStream().write(DeviceFrames.frame(message.toByteString()));
    }

    void want(int nonce) throws IOException {
        say(ToRadio.newBuilder().setWantConfigId(nonce).build());
    }

    void text(int id, String text) throws IOException {
        text(id, -1, text);
    }

    void text(int id, int to, String text) throws IOException {
        say(ToRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setId(id)
                        .setTo(to)
                        .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8(text))))
                .build());
    }

    boolean isConfigured() {
        return told.stream().anyMatch(FromRadio::hasConfigCompleteId);
    }

    long nodes() {
        return told.stream().filter(FromRadio::hasNodeInfo).count();
    }

    boolean hasHeard(String text) {
        ByteString payload = ByteString.copyFromUtf8(text);
        return told.stream()
                .anyMatch(each -> each.getPacket().getDecoded().getPayload().equals(payload));
    }

    /** Closed by the other side. */
    boolean hasEnded() {
        return ended;
    }

    private void read() {
        var frames = new DeviceFrames();
        byte[] chunk = new byte[64 << 10];
        try {
            int read = socket.getInputStream().read(chunk);
            while (read >= 0) {
                frames.feed(Arrays.copyOf(chunk, read)).forEach(payload -> told.add(Recorded.parsed(payload)));
                read = socket.getInputStream().read(chunk);
            }
        } catch (IOException e) {
            // Closed by one of the two.
        }
        ended = true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
