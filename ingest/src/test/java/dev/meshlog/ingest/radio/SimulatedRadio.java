package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A radio behind TCP with the manners of the real ones: one client, the newest; {@code 94 94 C3} in front of some frames; its whole NodeDB,
 * its private key and a channel key in its config; replayed positions behind it; variants and fields that nobody knows; a reader that takes
 * a byte at a time; a closed line when the client is quiet for long, and restarts without a word.
 *
 * <p>It numbers the packets that it sends, in {@code FromRadio.id}, and writes down for each connection which it sent and how that ended:
 *
 * <pre>
 *   sent CONNECTION NUMBER
 *   end CONNECTION delivered     the client read everything and closed after us
 *   end CONNECTION cut           a reset: of what was sent last, the client may have missed something
 * </pre>
 */
final class SimulatedRadio implements AutoCloseable {
    private static final int IDLE_MS = 60_000;
    private static final int UNKNOWN_FIELD = 19;
    /** The client closed, or said that it would. */
    private static final ToRadio LEFT = ToRadio.newBuilder().setDisconnect(true).build();
    /** The line broke. */
    private static final ToRadio GONE =
            ToRadio.newBuilder().setDisconnect(false).build();

    /**
     * @param packets to be played once, in all
     * @param everyMs between two packets; 0: as fast as the client reads
     * @param restartEvery packets after which it starts anew, about; 0: never
     */
    record Behaviour(int node, List<MeshPacket> packets, int everyMs, int restartEvery, boolean replays, long seed) {}

    private final Behaviour behaviour;
    private final Consumer<String> ledger;
    private final ServerSocket server;
    private final Random random;
    private final AtomicInteger reboots = new AtomicInteger(1);
    private final AtomicInteger connections = new AtomicInteger();
    private final Object turn = new Object();
    private int next;
    private volatile @Nullable Socket client;
    private volatile boolean mute;
    private volatile boolean closed;

    SimulatedRadio(Behaviour behaviour, int port, Consumer<String> ledger) throws IOException {
        this.behaviour = behaviour;
        this.ledger = ledger;
        this.random = new Random(behaviour.seed);
        this.server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5);
        start("radio", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections there have been. */
    int connections() {
        return connections.get();
    }

    boolean hasPlayedAll() {
        synchronized (turn) {
            return next == behaviour.packets.size();
        }
    }

    /** From now on it takes what it gets and says nothing. */
    void mute() {
        mute = true;
    }

    /** As when the power fails for a moment: the line is cut, and the count of starts goes up. */
    void restart() throws IOException {
        reboots.incrementAndGet();
        Socket current = client;
        if (current != null) {
            cut(current);
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                Socket before = client;
                client = socket;
                if (before != null) {
                    before.close();
                }
                int number = connections.incrementAndGet();
                start("radio-client-" + number, () -> serve(socket, number));
            } catch (IOException e) {
                if (!closed) {
                    throw new java.io.UncheckedIOException("accepting", e);
                }
            }
        }
    }

    private void serve(Socket socket, int number) {
        String end = "cut";
        var heard = new LinkedBlockingQueue<ToRadio>();
        start("radio-reader-" + number, () -> read(socket, heard));
        try (socket) {
            socket.setTcpNoDelay(true);
            if (talk(socket, number, heard)) {
                socket.shutdownOutput();
                ToRadio last = heard.poll(30, TimeUnit.SECONDS);
                while (last != null && !last.equals(LEFT) && !last.equals(GONE)) {
                    last = heard.poll(30, TimeUnit.SECONDS);
                }
                end = LEFT.equals(last) ? "delivered" : "cut";
            }
        } catch (IOException e) {
            end = "cut";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ledger.accept("end " + number + " " + end);
        }
    }

    /** @return whether the radio is the one that says goodbye */
    private boolean talk(Socket socket, int number, BlockingQueue<ToRadio> heard)
            throws IOException, InterruptedException {
        boolean ready = false;
        int left = behaviour.restartEvery == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(2 * behaviour.restartEvery);
        long lastHeard = System.nanoTime();
        while (socket == client) {
            ToRadio said = heard.poll(ready && !hasPlayedAll() ? behaviour.everyMs : 20, TimeUnit.MILLISECONDS);
            if (LEFT.equals(said) || GONE.equals(said)) {
                return false;
            }
            if (mute) {
                continue;
            }
            if (said != null) {
                lastHeard = System.nanoTime();
                if (said.hasWantConfigId()) {
                    for (FromRadio each : RadioScript.config(behaviour.node, reboots.get(), said.getWantConfigId())) {
                        send(socket, each);
                    }
                    for (int i = 1; behaviour.replays && i < 20; i++) {
                        send(socket, RadioScript.replay(behaviour.node + i, i));
                    }
                    ready = true;
                } else if (said.hasHeartbeat()) {
                    send(socket, RadioScript.queueStatus());
                }
            } else if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastHeard) > IDLE_MS) {
                return true;
            }
            if (ready) {
                sendNext(socket, number);
                if (--left == 0) {
                    if (reboots.incrementAndGet() % 2 == 0) {
                        return true;
                    }
                    cut(socket);
                    return false;
                }
            }
        }
        return true;
    }

    private void sendNext(Socket socket, int connection) throws IOException {
        synchronized (turn) {
            if (next == behaviour.packets.size()) {
                return;
            }
            FromRadio.Builder message = FromRadio.newBuilder().setId(next + 1);
            if (next % 10 == 3) {
                message.setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                UNKNOWN_FIELD,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("new"))
                                        .build())
                        .build());
            } else {
                message.setPacket(behaviour.packets.get(next));
            }
            send(socket, message.build());
            next++;
            ledger.accept("sent " + connection + " " + next);
        }
    }

    private void send(Socket socket, FromRadio message) throws IOException {
        byte[] frame = RadioScript.frame(message.toByteArray());
        var out = socket.getOutputStream();
        if (random.nextInt(10) == 0) {
            out.write(0x94);
        }
        out.write(frame);
        out.flush();
    }

    private static void read(Socket socket, BlockingQueue<ToRadio> heard) {
        var parser = new FrameParser(payload -> true, 0);
        byte[] one = new byte[1];
        try {
            while (socket.getInputStream().read(one) > 0) {
                for (FramePiece piece : parser.feed(one, 0, 1)) {
                    if (piece instanceof FramePiece.Frame frame) {
                        ToRadio said = ToRadio.parseFrom(frame.payload());
                        heard.add(said);
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("a client says what is no message", e);
        } catch (IOException e) {
            // The end of the line; what matters of it stands in the queue.
            heard.add(GONE);
            return;
        }
        heard.add(LEFT);
    }

    /** A reset: what the client has not read by now may never reach it. */
    private static void cut(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        Socket current = client;
        client = null;
        if (current != null) {
            current.close();
        }
    }
}
