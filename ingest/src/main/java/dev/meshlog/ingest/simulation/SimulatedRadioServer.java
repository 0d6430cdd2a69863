package dev.meshlog.ingest.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A {@link RadioModel} behind TCP on this machine, in real time. It serves one client: a second one closes the first. Any thread may use it. */
public final class SimulatedRadioServer implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000;
    private static final int CHUNK = 4096;

    private final RadioModel model;
    private final ServerSocket server;
    private @Nullable Socket client;
    private volatile boolean closed;

    /** @param port 0: any that is free */
    public SimulatedRadioServer(RadioModel model, int port) throws IOException {
        this.model = model;
        this.server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5);
        start("simulated-radio", this::accept);
        start("simulated-radio-loop", this::work);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Looks at the radio, or does something to it, between two of its steps. */
    public synchronized <T> T look(Function<RadioModel, T> what) {
        return what.apply(model);
    }

    /** From the air. */
    public synchronized void hear(MeshPacket packet) {
        model.hear(packet, System.nanoTime());
    }

    public synchronized void restart() {
        model.restart(System.nanoTime());
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                if (admit(socket)) {
                    start("simulated-radio-reader", () -> read(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (!closed) {
                    throw new java.io.UncheckedIOException("accepting a client of the simulated radio", e);
                }
            }
        }
    }

    private synchronized boolean admit(Socket socket) throws IOException {
        if (!model.connect(System.nanoTime())) {
            return false;
        }
        drop();
        socket.setTcpNoDelay(true);
        client = socket;
        return true;
    }

    private void read(Socket socket) {
        var parser = new FrameParser(payload -> true, 0);
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = socket.getInputStream()) {
            int read;
            while ((read = in.read(chunk)) >= 0) {
                take(socket, parser.feed(chunk, 0, read));
            }
        } catch (IOException e) {
            // As good as closed.
        }
        left(socket);
    }

    private synchronized void take(Socket from, List<FramePiece> pieces) throws InvalidProtocolBufferException {
        for (FramePiece piece : pieces) {
            if (from.equals(client) && piece instanceof FramePiece.Frame frame) {
                model.receive(ToRadio.parseFrom(frame.payload()), System.nanoTime());
            }
        }
    }

    private synchronized void left(Socket socket) {
        if (socket.equals(client)) {
            model.disconnect();
            drop();
        }
    }

    private void work() {
        while (!closed) {
            step();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private synchronized void step() {
        for (RadioModel.Said said : model.run(System.nanoTime())) {
            send(said.message().toByteArray());
        }
        if (!model.isConnected()) {
            drop();
        }
    }

    private void send(byte[] payload) {
        Socket socket = client;
        if (socket == null) {
            return;
        }
        try {
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + payload.length)
                            .putShort((short) 0x94C3)
                            .putShort((short) payload.length)
                            .put(payload)
                            .array());
        } catch (IOException e) {
            // The reader meets the same and lets it go.
            drop();
        }
    }

    private void drop() {
        Socket socket = client;
        client = null;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("closing a client of the simulated radio", e);
            }
        }
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
        synchronized (this) {
            drop();
        }
    }
}
