package dev.meshlog.schemas.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.BluetoothConfig;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Compressed;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ModuleConfig;
import dev.meshlog.schemas.meshtastic.MqttConfig;
import dev.meshlog.schemas.meshtastic.NetworkConfig;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.meshtastic.XModem;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RedactionTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("a key of 32 bytes that nobody is");
    private static final ByteString PSK = ByteString.copyFromUtf8("16 secret bytes!");
    private static final ByteString PASSWORD = ByteString.copyFromUtf8("correct horse battery");

    private static final Config SECURITY = Config.newBuilder()
            .setSecurity(SecurityConfig.newBuilder()
                    .setPublicKey(KEY.substring(0, 4))
                    .setPrivateKey(KEY))
            .build();
    private static final Channel CHANNEL = Channel.newBuilder()
            .setIndex(1)
            .setSettings(ChannelSettings.newBuilder().setPsk(PSK).setName(ByteString.copyFromUtf8("home")))
            .build();
    private static final ModuleConfig MQTT = ModuleConfig.newBuilder()
            .setMqtt(MqttConfig.newBuilder().setUsername(PSK).setPassword(PASSWORD))
            .build();
    private static final AdminMessage ADMIN = AdminMessage.newBuilder()
            .setSetChannel(CHANNEL)
            .setSessionPasskey(PSK)
            .build();

    static Stream<FromRadio> secrets() {
        return Stream.of(
                FromRadio.newBuilder().setId(7).setConfig(SECURITY).build(),
                FromRadio.newBuilder()
                        .setConfig(Config.newBuilder()
                                .setNetwork(NetworkConfig.newBuilder()
                                        .setWifiSsid(ByteString.copyFromUtf8("net"))
                                        .setWifiPsk(PASSWORD)))
                        .build(),
                FromRadio.newBuilder().setChannel(CHANNEL).build(),
                FromRadio.newBuilder().setModuleConfig(MQTT).build(),
                FromRadio.newBuilder()
                        .setXmodem(XModem.newBuilder().setSeq(3).setBuffer(KEY))
                        .build(),
                FromRadio.newBuilder().setPacket(packet(ADMIN.toByteString())).build(),
                FromRadio.newBuilder()
                        .setPacket(packet(AdminMessage.newBuilder()
                                .setGetConfigResponse(SECURITY)
                                .build()
                                .toByteString()))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void secretIsBlankedAndNothingElse(FromRadio message) throws Exception {
        ByteString before = message.toByteString();
        Redaction after = Redaction.ofFromRadio(before);
        assertNoSecret(after.payload());
        assertThat(Redaction.ofParsedFromRadio(before)).isEqualTo(after);
        assertThat(after.paths()).isNotEmpty();
        assertThat(after.payload().size()).isEqualTo(before.size());
        assertThat(FromRadio.parseFrom(after.payload()).getPayloadVariantCase())
                .isEqualTo(message.getPayloadVariantCase());
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void damagedMessageDoesNotLeak(FromRadio message) {
        ByteString whole = message.toByteString();
        for (int length = 0; length < whole.size(); length++) {
            assertNoPartOfSecret(
                    Redaction.ofFromRadio(whole.substring(0, length)).payload());
        }
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void frameWithADamagedHeaderDoesNotLeak(FromRadio message) {
        ByteString payload = message.toByteString();
        ByteString lostHeader = ByteString.copyFrom(new byte[] {(byte) 0x95, (byte) 0xC3, 0, (byte) payload.size()})
                .concat(payload);
        Recording.pieces(lostHeader.toByteArray(), 7).forEach(piece -> {
            assertThat(piece).isInstanceOf(FramePiece.Skipped.class);
            assertNoSecret(Redaction.ofSkipped((FramePiece.Skipped) piece));
        });
    }

    /** A flipped bit in a tag or a length makes another field of a secret, which is as secret there. */
    @ParameterizedTest
    @MethodSource("keys")
    void flippedBitDoesNotLeakAKey(FromRadio message, ByteString key) {
        byte[] whole = message.toByteArray();
        int before = message.toByteString().toString(ISO_8859_1).indexOf(key.toString(ISO_8859_1));
        for (int bit = 0; bit < 8 * before; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Redaction.ofFromRadio(ByteString.copyFrom(flipped))
                            .payload()
                            .toString(ISO_8859_1))
                    .as("bit %d", bit)
                    .doesNotContain(key.substring(4).toString(ISO_8859_1));
        }
    }

    static Stream<Arguments> keys() {
        Config security = Config.newBuilder()
                .setSecurity(SecurityConfig.newBuilder()
                        .setPublicKey(ByteString.copyFromUtf8("another one, that is no secret.."))
                        .setPrivateKey(KEY))
                .build();
        return Stream.of(
                Arguments.of(FromRadio.newBuilder().setConfig(security).build(), KEY),
                Arguments.of(FromRadio.newBuilder().setId(9).setConfig(security).build(), KEY),
                Arguments.of(FromRadio.newBuilder().setChannel(CHANNEL).build(), PSK));
    }

    @Test
    void pathsNameTheFields() {
        assertThat(Redaction.ofFromRadio(FromRadio.newBuilder()
                                .setConfig(SECURITY)
                                .build()
                                .toByteString())
                        .paths())
                .containsExactly("config.security.private_key");
        assertThat(Redaction.ofServiceEnvelope(ServiceEnvelope.newBuilder()
                                .setPacket(packet(ADMIN.toByteString()))
                                .build()
                                .toByteString())
                        .paths())
                .containsExactlyInAnyOrder(
                        "packet.decoded.payload.set_channel.settings.psk", "packet.decoded.payload.session_passkey");
    }

    @Test
    void pinBecomesZero() throws Exception {
        ByteString before = FromRadio.newBuilder()
                .setConfig(Config.newBuilder()
                        .setBluetooth(BluetoothConfig.newBuilder().setFixedPin(123456)))
                .build()
                .toByteString();
        Redaction after = Redaction.ofFromRadio(before);
        assertThat(after.paths()).containsExactly("config.bluetooth.fixed_pin");
        assertThat(FromRadio.parseFrom(after.payload())
                        .getConfig()
                        .getBluetooth()
                        .getFixedPin())
                .isZero();
    }

    @Test
    void simulatorsWrappingHidesNothing() {
        ByteString wrapped = Data.newBuilder()
                .setPortNum(69)
                .setPayload(Compressed.newBuilder()
                        .setPortNum(6)
                        .setData(ADMIN.toByteString())
                        .build()
                        .toByteString())
                .build()
                .toByteString();
        assertNoSecret(Redaction.ofParsedData(wrapped).payload());
    }

    @Test
    void secretIsFoundInAMessageThatIsReplacedByALaterOne() {
        ByteString twice = FromRadio.newBuilder()
                .setConfig(SECURITY)
                .build()
                .toByteString()
                .concat(FromRadio.newBuilder().setRebooted(true).build().toByteString());
        assertNoSecret(Redaction.ofFromRadio(twice).payload());
    }

    @Test
    void framesWithoutSecretsKeepTheirBytes() {
        for (String name : new String[] {"mesh-a.frames", "firmware-2.7.26-session.frames"}) {
            for (ByteString payload : Recording.payloads(Recording.bytes(name))) {
                Redaction redaction = Redaction.ofFromRadio(payload);
                if (redaction.paths().isEmpty()) {
                    assertThat(redaction.payload()).isEqualTo(payload);
                } else {
                    assertThat(redaction.paths())
                            .allMatch(path -> path.equals("config.security.private_key")
                                    || path.equals("config.bluetooth.fixed_pin"));
                }
            }
        }
    }

    @Test
    void messageThatIsAsLongAsAKeyStaysAMessage() throws Exception {
        QueueStatus status = QueueStatus.newBuilder()
                .setRes(-1)
                .setFree(16)
                .setMeshPacketId(255)
                .build();
        DeviceMetadata metadata = DeviceMetadata.newBuilder()
                .setFirmwareVersion(ByteString.copyFromUtf8("2.10.126.54e0d8d+local.build.1"))
                .build();
        assertThat(status.getSerializedSize()).isEqualTo(16);
        assertThat(metadata.getSerializedSize()).isEqualTo(32);
        for (FromRadio message : List.of(
                FromRadio.newBuilder().setQueueStatus(status).build(),
                FromRadio.newBuilder().setMetadata(metadata).build())) {
            Redaction redaction = Redaction.ofFromRadio(message.toByteString());

            assertThat(FromRadio.parseFrom(redaction.payload())).isEqualTo(message);
        }
    }

    /** Security is part 8, network part 4, bluetooth part 7, MQTT module part 1: one bit makes these of them. */
    @Test
    void secretPartUnderTheNumberOfAnotherOneShowsNoSecret() {
        ByteString password = ByteString.copyFromUtf8("correct horse");
        for (int part : new int[] {1, 2, 3, 5, 6, 9, 10, 12, 24}) {
            assertThat(shown(part(5, part, 2, KEY))).as("part %d", part).doesNotContain(KEY.toString(ISO_8859_1));
            assertThat(shown(part(5, part, 4, password))).as("part %d", part).doesNotContain("correct horse");
            assertThat(shown(nested(5, nested(part, KEY))))
                    .as("part %d", part)
                    .doesNotContain(KEY.toString(ISO_8859_1));
        }
        for (int part : new int[] {3, 5, 9}) {
            assertThat(shown(part(9, part, 4, password)))
                    .as("module part %d", part)
                    .doesNotContain("correct horse");
        }
    }

    /** A key with these bytes happens: one of a million was taken for numbers while fields of eight bytes counted as such. */
    @Test
    void keyThatReadsLikeNumbersNoPartHasIsBlanked() {
        assertThat(misplacedOfLora(
                        "09" + "a1".repeat(8) + "11" + "b2".repeat(8) + "19" + "c3".repeat(8) + "3d01020304"))
                .as("eight bytes each")
                .containsExactly("config.lora.misplaced");
        assertThat(misplacedOfLora("0d" + "a1".repeat(4) + "0d" + "b2".repeat(4) + "15" + "c3".repeat(4) + "1d"
                        + "d4".repeat(4) + "25" + "e5".repeat(4) + "2d" + "f6".repeat(4) + "3001"))
                .as("one field twice")
                .containsExactly("config.lora.misplaced");
        assertThat(misplacedOfLora("0d" + "a1".repeat(4) + "15" + "b2".repeat(4) + "1d" + "c3".repeat(4) + "25"
                        + "d4".repeat(4) + "2d" + "e5".repeat(4) + "30" + "81808080" + "8000"))
                .as("a longer form than needed")
                .containsExactly("config.lora.misplaced");
        assertThat(misplacedOfLora("0d" + "a1".repeat(4) + "15" + "b2".repeat(4) + "1d" + "c3".repeat(4) + "25"
                        + "d4".repeat(4) + "2d" + "e5".repeat(4) + "35" + "f6".repeat(4) + "3801"))
                .as("numbers as a radio writes them")
                .isEmpty();
    }

    @Test
    void randomKeyIsNeverTakenForAListOfNumbers() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        byte[] key = new byte[32];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(key);
            assertThat(misplacedOfLora(HexFormat.of().formatHex(key)))
                    .as("seed %d, %d", seed, i)
                    .containsExactly("config.lora.misplaced");
        }
    }

    private static List<String> misplacedOfLora(String hex) {
        byte[] part = HexFormat.of().parseHex(hex);
        assertThat(part).hasSize(32);
        return Redaction.ofFromRadio(nested(5, nested(6, ByteString.copyFrom(part))))
                .paths();
    }

    private static String shown(ByteString message) {
        return Redaction.ofFromRadio(message).payload().toString(ISO_8859_1);
    }

    /** {@code FromRadio} with one field in a part of its configuration. */
    private static ByteString part(int variant, int part, int field, ByteString value) {
        return nested(variant, nested(part, nested(field, value)));
    }

    private static ByteString nested(int field, ByteString value) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(value)
                                .build())
                .build()
                .toByteString();
    }

    @Test
    void anyInputIsTaken() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            ByteString payload = ByteString.copyFrom(bytes);
            assertThat(Redaction.ofFromRadio(payload).payload().size())
                    .as("seed %d", seed)
                    .isEqualTo(bytes.length);
            assertThat(Redaction.ofServiceEnvelope(payload).payload().size()).isEqualTo(bytes.length);
            assertThat(Redaction.ofText(payload).size()).isEqualTo(bytes.length);
        }
    }

    private static MeshPacket packet(ByteString admin) {
        return MeshPacket.newBuilder()
                .setFrom(1)
                .setTo(1)
                .setDecoded(Data.newBuilder().setPortNum(6).setPayload(admin))
                .build();
    }

    private static void assertNoSecret(ByteString bytes) {
        assertThat(bytes.toStringUtf8())
                .doesNotContain(KEY.toStringUtf8())
                .doesNotContain(PSK.toStringUtf8())
                .doesNotContain(PASSWORD.toStringUtf8());
    }

    /** Not even a few bytes of one. */
    private static void assertNoPartOfSecret(ByteString bytes) {
        String text = bytes.toStringUtf8();
        for (ByteString secret : new ByteString[] {KEY.substring(4), PSK, PASSWORD}) {
            for (int at = 0; at + 3 <= secret.size(); at++) {
                assertThat(text).doesNotContain(secret.substring(at, at + 3).toStringUtf8());
            }
        }
    }
}
