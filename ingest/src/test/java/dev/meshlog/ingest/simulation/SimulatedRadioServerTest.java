package dev.meshlog.ingest.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SimulatedRadioServerTest {
    private static final int PATIENCE_MS = 60_000;

    @Test
    void secondClientClosesTheFirstAndIsServed() throws Exception {
        try (var radio = new SimulatedRadioServer(new RadioModel(0x4000, RadioLimits.MEASURED), 0);
                Socket first = connect(radio)) {
            assertThat(config(first)).isEqualTo(0x4000);
            try (Socket second = connect(radio)) {
                assertThat(config(second)).isEqualTo(0x4000);
                assertThat(first.getInputStream().read()).isEqualTo(-1);
                radio.restart();
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    private static Socket connect(SimulatedRadioServer radio) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), radio.port());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    /** Reads a config to its end and returns whose it is. */
    private static int config(Socket socket) throws IOException {
        byte[] ask = ToRadio.newBuilder().setWantConfigId(5).build().toByteArray();
        socket.getOutputStream()
                .write(ByteBuffer.allocate(4 + ask.length)
                        .putShort((short) 0x94C3)
                        .putShort((short) ask.length)
                        .put(ask)
                        .array());
        var parser = FrameParser.fromRadio(0);
        byte[] one = new byte[1];
        int own = 0;
        while (socket.getInputStream().read(one) > 0) {
            for (FramePiece piece : parser.feed(one, 0, 1)) {
                FromRadio said = FromRadio.parseFrom(((FramePiece.Frame) piece).payload());
                if (said.hasMyInfo()) {
                    own = said.getMyInfo().getMyNodeNum();
                } else if (said.getConfigCompleteId() == 5) {
                    return own;
                }
            }
        }
        throw new IOException("closed before the config was complete");
    }
}
