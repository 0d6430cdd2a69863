package dev.meshlog.ingest.radio;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** A radio in the network. */
final class TcpConnector implements RadioConnector {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final String host;
    private final int port;
    private final SocketFactory sockets;
    private volatile @Nullable Socket connecting;

    TcpConnector(String host, int port, SocketFactory sockets) {
        this.host = host;
        this.port = port;
        this.sockets = sockets;
    }

    @Override
    public RadioConnection connect() throws IOException {
        Socket socket = sockets.createSocket();
        connecting = socket;
        try {
            socket.setTcpNoDelay(true);
            // The name is looked up each time: a radio that rebooted may have got another address.
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(CONNECT.toMillis()));
            return new TcpConnection(socket);
        } catch (IOException e) {
            close(socket);
            throw e;
        } finally {
            connecting = null;
        }
    }

    @Override
    public void abort() {
        Socket socket = connecting;
        if (socket != null) {
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing a socket", e);
        }
    }

    private record TcpConnection(Socket socket) implements RadioConnection {
        @Override
        public int read(byte[] into, Duration most) throws IOException {
            socket.setSoTimeout(Math.toIntExact(Math.max(1, most.toMillis())));
            InputStream in = socket.getInputStream();
            try {
                return in.read(into);
            } catch (SocketTimeoutException e) {
                return 0;
            }
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public void close() {
            TcpConnector.close(socket);
        }
    }
}
