package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RadioSessionTest {
    private static final int NODE = 0x1000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_790_000_000), ZoneOffset.UTC);
    private static final byte[] CLOSES = {};

    private final CollectingSink sink = new CollectingSink();
    private final RadioPort port = new RadioPort("radio");
    private final List<String> told = new ArrayList<>();

    @Test
    void quietMeshIsNotADeadLink() throws Exception {
        var connection = new ScriptedConnection(this::answers).at(Duration.ofMinutes(100), CLOSES);
        assertThat(run(connection)).isEqualTo(RadioSession.End.CLOSED_BY_RADIO);
        assertThat(connection.heard.stream().filter(ToRadio::hasHeartbeat)).hasSizeBetween(190, 200);
        assertThat(connection.heard)
                .filteredOn(ToRadio::hasHeartbeat)
                .noneMatch(said -> said.getHeartbeat().getNonce() == 1);
        assertThat(sink.kinds()).containsExactly(LinkEventKind.SILENT);
        assertThat(told).containsExactly("identified !00001000", "connected");
    }

    @Test
    void packetAfterALongSilenceIsTold() throws Exception {
        byte[] packet = RadioScript.frames(List.of(heard(7)));
        var connection = new ScriptedConnection(this::answers)
                .at(Duration.ofMinutes(31), packet)
                .at(Duration.ofMinutes(32), CLOSES);
        run(connection);
        assertThat(sink.kinds()).containsExactly(LinkEventKind.SILENT, LinkEventKind.HEARD_AGAIN);
    }

    @Test
    void heartbeatWithoutAnAnswerEndsTheSession() throws Exception {
        var connection = new ScriptedConnection(said -> said.hasHeartbeat() ? List.of() : answers(said));
        assertThat(run(connection)).isEqualTo(RadioSession.End.NO_ANSWER);
        assertThat(Duration.ofNanos(connection.nanos())).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(41));
    }

    @Test
    @DisplayName(
            "RC-01 RC-02 RC-03 a session is up when its config is complete, and nothing of it runs on when it is over")
    void sessionIsUpWhenItsConfigIsComplete() throws Exception {
        var connection = new ScriptedConnection(said -> List.of()).at(Duration.ofSeconds(1), CLOSES);
        run(connection);
        assertThat(connection.heard).singleElement().matches(ToRadio::hasWantConfigId);
        assertThat(told).as("no answer, no connection").isEmpty();

        var other = new ScriptedConnection(said -> RadioScript.config(NODE, 1, said.getWantConfigId() + 1))
                .at(Duration.ofSeconds(1), CLOSES);
        run(other);
        assertThat(told).as("somebody else's completion").containsExactly("identified !00001000");
    }

    @Test
    void radioThatStartsAnewOnAnOpenLineIsAskedAgain() throws Exception {
        var connection = new ScriptedConnection(this::answers)
                .at(
                        Duration.ofSeconds(5),
                        RadioScript.frames(
                                List.of(FromRadio.newBuilder().setRebooted(true).build())))
                .at(Duration.ofSeconds(6), CLOSES);
        run(connection);
        assertThat(connection.heard.stream().filter(ToRadio::hasWantConfigId)).hasSize(2);
        assertThat(told)
                .containsExactly("identified !00001000", "connected", "rebooted", "identified !00001000", "connected");
    }

    @Test
    void replayIsMarkedAndAReceptionIsNot() throws Exception {
        FromRadio replay = RadioScript.replay(NODE + 1, 5);
        FromRadio withSignal = changed(replay, packet -> packet.setRxRssi(-90));
        FromRadio overMqtt = changed(replay, packet -> packet.setViaMqtt(true));
        FromRadio itself = changed(replay, packet -> packet.setFrom(NODE));
        FromRadio now = changed(replay, packet -> packet.setRxTime(1_790_000_001));
        var connection = new ScriptedConnection(this::answers)
                .at(Duration.ofSeconds(1), RadioScript.frames(List.of(replay, withSignal, overMqtt, itself, now)))
                .at(Duration.ofSeconds(2), CLOSES);
        run(connection);
        List<Received.Message> packets = sink.messages().stream()
                .filter(message -> CollectingSink.parsed(message).hasPacket())
                .toList();
        assertThat(packets).hasSize(5);
        assertThat(packets).extracting(Received.Message::replayed).containsExactly(true, false, false, false, false);
    }

    @Test
    @DisplayName("LV-20 every byte of a connection is kept, whatever it is and wherever it was cut")
    void everyByteIsKeptWhateverItIs() throws Exception {
        byte[] frame = RadioScript.frames(List.of(heard(1)));
        var stream = new java.io.ByteArrayOutputStream();
        stream.write(0x94);
        stream.writeBytes(frame);
        stream.writeBytes(new byte[] {1, 2, 3});
        stream.writeBytes(frame);
        stream.write(frame, 0, frame.length - 1);
        var connection = new ScriptedConnection(said -> List.of())
                .at(Duration.ofSeconds(1), stream.toByteArray())
                .at(Duration.ofSeconds(2), CLOSES);
        run(connection);
        assertThat(sink.messages()).hasSize(2);
        int refused = sink.received.stream()
                .filter(Received.Refused.class::isInstance)
                .mapToInt(piece -> ((Received.Refused) piece).bytes().size())
                .sum();
        assertThat(refused).isEqualTo(1 + 3 + frame.length - 1);
    }

    @Test
    void portTellsOfEachSessionAndSpeaksOnlyDuringOne() throws Exception {
        var heard = new ArrayList<String>();
        var spoken = new ArrayList<Boolean>();
        ToRadio message =
                ToRadio.newBuilder().setPacket(MeshPacket.newBuilder().setId(9)).build();
        port.listen(new RadioListener() {
            @Override
            public void began() {
                heard.add("began");
            }

            @Override
            public void received(FromRadio received, ByteString payload) {
                if (received.hasRebooted() || received.hasConfigCompleteId()) {
                    heard.add(received.getPayloadVariantCase().name());
                }
            }

            @Override
            public void complete(long ownNode) {
                heard.add("complete " + ownNode);
                spoken.add(port.send(message));
                throw new IllegalStateException("a defect of this listener");
            }

            @Override
            public void ended() {
                heard.add("ended");
                spoken.add(port.send(message));
            }

            @Override
            public void tick() {
                assertThat(heard.get(heard.size() - 1)).isNotEqualTo("ended");
            }
        });
        assertThat(port.send(message)).as("before any session").isFalse();
        var connection = new ScriptedConnection(this::answers)
                .at(
                        Duration.ofSeconds(5),
                        RadioScript.frames(
                                List.of(FromRadio.newBuilder().setRebooted(true).build())))
                .at(Duration.ofSeconds(6), CLOSES);
        run(connection);
        assertThat(heard)
                .containsExactly(
                        "began",
                        "CONFIG_COMPLETE_ID",
                        "complete " + NODE,
                        "REBOOTED",
                        "ended",
                        "began",
                        "CONFIG_COMPLETE_ID",
                        "complete " + NODE,
                        "ended");
        assertThat(spoken).containsExactly(true, false, true, false);
        assertThat(connection.heard).filteredOn(ToRadio::hasPacket).containsExactly(message, message);
    }

    private List<FromRadio> answers(ToRadio said) {
        return switch (said.getPayloadVariantCase()) {
            case WANT_CONFIG_ID -> RadioScript.config(NODE, 1, said.getWantConfigId());
            case HEARTBEAT -> List.of(RadioScript.queueStatus());
            default -> List.of();
        };
    }

    private RadioSession.End run(ScriptedConnection connection) throws Exception {
        long seed = 1;
        return new RadioSession(
                        connection,
                        sink,
                        port,
                        new Telling(),
                        Timing.DEFAULT,
                        CLOCK,
                        connection::nanos,
                        new Random(seed))
                .run();
    }

    private static FromRadio heard(int id) {
        return FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(NODE + 2)
                        .setId(id)
                        .setRxRssi(-80)
                        .setEncrypted(ByteString.copyFromUtf8("who knows")))
                .build();
    }

    private static FromRadio changed(FromRadio message, java.util.function.UnaryOperator<MeshPacket.Builder> change) {
        return message.toBuilder()
                .setPacket(change.apply(message.getPacket().toBuilder()))
                .build();
    }

    private final class Telling implements RadioSession.Watch {
        @Override
        public void identified(RadioFacts radio) {
            told.add("identified " + radio.asMap().get("node"));
        }

        @Override
        public void connected(RadioFacts radio) {
            told.add("connected");
        }

        @Override
        public void rebooted(RadioFacts radio) {
            told.add("rebooted");
        }
    }
}
