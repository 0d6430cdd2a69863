package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioReception;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketTopologyTest {
    private static final int NODE = 0x1234abcd;
    private static final int SENDER = 0x929;
    private static final int OWN = 0x7;
    private static final ByteString SENDERS_KEY =
            ByteString.fromHex("db18fc50eea47f00251cb784819a3cf5fc361882597f589f0d7ff820e8064457");
    private static final FromRadio SEALED = sealed(0x13b2d662, "");
    private static final ByteString KEY = RadioFixture.publicKey(1);
    private static final ByteString OTHER_KEY = RadioFixture.publicKey(2);
    private static final String RADIO = "radio";
    private static final String MQTT = "mqtt";

    @TempDir
    private Path directory;

    private RadioFixture mesh;

    @BeforeEach
    void open() {
        mesh = new RadioFixture(directory);
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void contentThatIsNotWhatThePortSaysIsStillAPacket() {
        mesh.packet(RADIO, NODE, 7, 4, ByteString.copyFrom(new byte[] {0x0a, 0x50, 1}));
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(1);
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsExactly(RejectReason.CONTENT_UNDECODABLE.name());
        assertThat(mesh.counters(RADIO)).containsEntry("packets", 1L).doesNotContainKey("rejected");
    }

    @Test
    void badInputIsCountedAndStopsNothing() {
        mesh.raw(RADIO, "not a record".getBytes(StandardCharsets.US_ASCII));
        mesh.raw(RADIO, Hex.parse("c301ffffffffffffffff00"));
        mesh.radio(RADIO, ByteString.copyFrom(new byte[] {0x12, 0x7f, 1}));
        mesh.mqtt(
                RADIO,
                ServiceEnvelope.newBuilder()
                        .setChannelId(RadioFixture.text("X"))
                        .build()
                        .toByteString());
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(NODE))
                        .build());
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.counters(RADIO))
                .containsEntry("frames", 6L)
                .containsEntry("rejected", 4L)
                .containsEntry("rejected.RECORD_MALFORMED", 1L)
                .containsEntry("rejected.RECORD_FROM_NEWER_VERSION", 1L)
                .containsEntry("rejected.PAYLOAD_UNDECODABLE", 1L)
                .containsEntry("rejected.PAYLOAD_WITHOUT_PACKET", 1L);
        assertThat(mesh.rejected).hasSize(4).allMatch(rejected -> rejected.getOrigin() != null);
        assertThat(mesh.publishedCounters()).as("nothing new to publish").isZero();
    }

    @Test
    void unreadablePacketIsKeptAndALaterReadableOneFillsTheTables() {
        MeshPacket.Builder packet =
                MeshPacket.newBuilder().setFrom(NODE).setTo(-1).setId(9);
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(packet.setChannel(77).setEncrypted(RadioFixture.text("?")))
                        .build());
        assertThat(mesh.packets).singleElement().satisfies(unread -> {
            assertThat(unread.getEncryption()).isEqualTo(PacketEncryption.UNDECRYPTED);
            assertThat(unread.getEncrypted()).isNotNull();
            assertThat(unread.getData()).isNull();
        });
        mesh.packet(MQTT, NODE, 9, 4, RadioFixture.user(KEY).toByteString());
        mesh.packet(MQTT, NODE, 9, 4, RadioFixture.user(OTHER_KEY).toByteString());
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(1);
        assertThat(mesh.counters(RADIO)).containsEntry("undecrypted", 1L).containsEntry("packets", 1L);
        assertThat(mesh.counters(MQTT)).containsEntry("duplicates", 2L);
    }

    @Test
    @DisplayName("DM-04 a channel key is not tried on a direct message, though it would open it")
    void channelKeysAreNotTriedOnPkiPackets() {
        // LongFast's key opens it: what it then says is the text "hi".
        MeshPacket open = MeshPacket.newBuilder()
                .setFrom(NODE)
                .setTo(5)
                .setId(9)
                .setChannel(8)
                .setEncrypted(
                        onLongFast(NODE, 9, Data.newBuilder().setPortNum(1).setPayload(RadioFixture.text("hi"))))
                .build();
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(open).build());
        assertThat(mesh.packets.get(0).getEncryption()).isEqualTo(PacketEncryption.CHANNEL);

        MeshPacket marked = open.toBuilder()
                .setId(10)
                .setEncrypted(onLongFast(NODE, 10, Data.newBuilder().setPortNum(1)))
                .setPkiEncrypted(true)
                .build();
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(marked).build());
        MeshPacket underPki = open.toBuilder()
                .setId(11)
                .setEncrypted(onLongFast(NODE, 11, Data.newBuilder().setPortNum(1)))
                .build();
        mesh.mqtt(
                MQTT,
                ServiceEnvelope.newBuilder()
                        .setPacket(underPki)
                        .setChannelId(RadioFixture.text("PKI"))
                        .setGatewayId(RadioFixture.text("!00000001"))
                        .build()
                        .toByteString());
        assertThat(mesh.packets.subList(1, 3)).allSatisfy(direct -> {
            assertThat(direct.getPkiEncrypted()).isTrue();
            assertThat(direct.getEncryption()).isEqualTo(PacketEncryption.UNDECRYPTED);
        });
        assertThat(mesh.counters(RADIO)).containsEntry("undecrypted", 1L);
    }

    @Test
    void adminSecretsDoNotReachThePackets() throws Exception {
        AdminMessage admin = AdminMessage.newBuilder()
                .setSessionPasskey(RadioFixture.text("passkey!"))
                .build();
        mesh.packet(RADIO, NODE, 9, 6, admin.toByteString());
        assertThat(mesh.packets).singleElement().satisfies(packet -> {
            Data data = Data.parseFrom(Objects.requireNonNull(packet.getData()));
            assertThat(AdminMessage.parseFrom(data.getPayload()).getSessionPasskey())
                    .isEqualTo(ByteString.copyFrom(new byte[8]));
            assertThat(data.getPortNum()).isEqualTo(6);
        });
    }

    @Test
    void everyReceptionIsKeptAndTheSameOneOnce() {
        MeshPacket packet = MeshPacket.newBuilder()
                .setFrom(NODE)
                .setTo(-1)
                .setId(9)
                .setRxTime(5)
                .setHopStart(3)
                .setHopLimit(2)
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(RadioFixture.text("hi")))
                .build();
        mesh.uplinked(MQTT, "!00000001", packet);
        mesh.uplinked(MQTT, "!00000002", packet.toBuilder().setRxSnr(-4).build());
        mesh.uplinked(MQTT, "!00000001", packet);
        mesh.uplinked(MQTT, "!00000001", packet.toBuilder().setHopLimit(1).build());
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(packet).build());
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.receptions)
                .extracting(
                        heard -> heard.getReception().getGateway(),
                        heard -> heard.getReception().getHopLimit(),
                        heard -> heard.getReception().getSnr(),
                        RadioReception::getFirst)
                .containsExactly(
                        tuple("!00000001", 2, null, true),
                        tuple("!00000002", 2, -4f, false),
                        tuple("!00000001", 1, null, false),
                        tuple(null, 2, null, false));
        assertThat(mesh.counters(MQTT)).containsEntry("packets", 1L).containsEntry("duplicates", 3L);
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(1);
    }

    /** Id as the firmware computes it for a stored position of this node at this time. */
    @Test
    void whatTheRadioHadStoredIsNotReceived() {
        Position here = Position.newBuilder().setLatitudeI(1).setLongitudeI(2).build();
        MeshPacket stored = MeshPacket.newBuilder()
                .setFrom(NODE)
                .setTo(-1)
                .setRxTime(1_700_000_000)
                .setId(Replays.id(NODE, 1_700_000_000, 3))
                .setDecoded(Data.newBuilder().setPortNum(3).setPayload(here.toByteString()))
                .build();
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(stored).build());
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(stored).build());
        assertThat(mesh.packets).isEmpty();
        assertThat(mesh.receptions).isEmpty();
        assertThat(mesh.node(NODE).getPosition()).isNotNull();
        assertThat(mesh.node(NODE).getPackets()).isZero();
        assertThat(mesh.node(NODE).getLastHeardMs()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(mesh.counters(RADIO)).containsEntry("configFrames", 2L);
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(stored.toBuilder().setRxRssi(-90))
                        .build());
        assertThat(mesh.packets).as("it has a signal strength").hasSize(1);
    }

    @Test
    @DisplayName("DM-01 a direct message whose key is unknown is kept, told and read once the key is there")
    void directMessageIsReadWithTheSendersKey() {
        try (var own = new RadioFixture(directory.resolve("own"), settings())) {
            own.radio(RADIO, SEALED);
            assertThat(own.packets)
                    .singleElement()
                    .satisfies(packet -> assertThat(packet.getEncryption()).isEqualTo(PacketEncryption.UNDECRYPTED));
            assertThat(own.keyEvents)
                    .extracting(KeyEvent::getKind, KeyEvent::getDetail)
                    .containsExactly(
                            tuple(KeyEventKind.KEY_NEEDED, "a direct message came, and no key of its sender is known"));
            own.nodeInfo(RADIO, SENDER, RadioFixture.user(SENDERS_KEY));
            own.radio("again", SEALED);
            assertThat(own.receptions).hasSize(3);
            own.radio(RADIO, sealed(0x13b2d662, "?"));
            assertThat(own.packets).hasSize(2);
        }
    }

    @Test
    void openedMessageSaysWithWhichKey() {
        try (var own = new RadioFixture(directory.resolve("own"), settings())) {
            own.nodeInfo(RADIO, SENDER, RadioFixture.user(OTHER_KEY));
            own.nodeInfo(RADIO, SENDER, RadioFixture.user(SENDERS_KEY));
            own.radio(RADIO, SEALED);
            assertThat(own.packets.get(2)).satisfies(packet -> {
                assertThat(packet.getEncryption()).isEqualTo(PacketEncryption.PKI);
                assertThat(packet.getPortNum()).isEqualTo(1);
                assertThat(ByteString.copyFrom(Objects.requireNonNull(packet.getPayload())))
                        .isEqualTo(RadioFixture.text("test"));
                assertThat(ByteString.copyFrom(Objects.requireNonNull(packet.getPublicKey())))
                        .isEqualTo(SENDERS_KEY);
                assertThat(packet.getEncrypted()).isNull();
            });
            assertThat(own.counters(RADIO)).doesNotContainKey("undecrypted");
        }
    }

    @Test
    @DisplayName("DM-02 a direct message that no known key opens is told as that")
    void directMessageThatNoKnownKeyOpensIsClassified() {
        try (var own = new RadioFixture(directory.resolve("own"), settings())) {
            own.nodeInfo(RADIO, SENDER, RadioFixture.user(OTHER_KEY));
            own.radio(RADIO, SEALED);
            own.radio(RADIO, sealed(0x13b2d663, "?"));
            assertThat(own.keyEvents.get(1).getDetail()).isEqualTo("no known key of its sender opens a direct message");
            assertThat(own.keyEvents).as("once an hour").hasSize(2);
        }
    }

    @Test
    @DisplayName(
            "DM-02 a direct message that the radio could not read is told as that, or as one of an unknown channel")
    void directMessageThatTheRadioCouldNotReadIsClassified() {
        mesh.ownNode(RADIO, OWN);
        mesh.nodeInfo(RADIO, SENDER, RadioFixture.user(SENDERS_KEY));
        mesh.radio(RADIO, SEALED);
        assertThat(mesh.keyEvents.get(1).getDetail()).contains("it lacks the sender's key");
        mesh.later(Duration.ofHours(1));
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(SENDER)
                                .setTo(OWN)
                                .setId(5)
                                .setChannel(200)
                                .setEncrypted(RadioFixture.text("?")))
                        .build());
        assertThat(mesh.keyEvents.get(2).getDetail()).contains("channel");
    }

    @Test
    @DisplayName("DM-03 a direct message for others is kept, and nothing more")
    void directMessageForOthersIsKeptAndNothingMore() {
        mesh.ownNode(RADIO, NODE);
        mesh.radio(RADIO, SEALED);
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.keyEvents).isEmpty();
    }

    /** AES-CTR is its own inverse. */
    private static ByteString onLongFast(int from, int id, Data.Builder data) {
        byte[] nonce = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Integer.toUnsignedLong(id))
                .putInt(from)
                .array();
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(Hex.parse("d4f1bb3a20290759f0bcffabcf4e6901"), "AES"),
                    new IvParameterSpec(nonce));
            return ByteString.copyFrom(cipher.doFinal(data.build().toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The firmware's published message. */
    private static FromRadio sealed(int id, String text) {
        ByteString message = text.isEmpty()
                ? ByteString.fromHex("40df24abfcc30a17a3d9046726099e796a1c036a792b")
                : RadioFixture.text(text.repeat(20));
        return FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(SENDER)
                        .setTo(OWN)
                        .setId(id)
                        .setEncrypted(message))
                .build();
    }

    private static RadioSettings settings() {
        var key = ByteString.fromHex("a00330633e63522f8a4d81ec6d9d1e6617f6c8ffd3a4c698229537d44e522277");
        return new RadioSettings(
                new ChannelKeys(List.of()),
                List.of(new PrivateKey(RadioFixture.NETWORK, OWN, key)),
                RadioLimits.DEFAULTS);
    }
}
