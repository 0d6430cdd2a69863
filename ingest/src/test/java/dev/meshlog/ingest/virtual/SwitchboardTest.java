package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.FromRadio.PayloadVariantCase;
import dev.meshlog.schemas.meshtastic.Heartbeat;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.SentMessage;
import dev.meshlog.schemas.radio.SentOutcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SwitchboardTest {
    private static final String CONFIG = "firmware-2.7.26-config.frames";
    private static final int OWN = (int) 3437096450L;
    private static final int SIM = 1879048193;
    private static final int TEXT = 1;
    private static final int REMOTE_HARDWARE = 2;
    private static final int NODEINFO = 4;
    private static final int ROUTING = 5;
    private static final int ADMIN = 6;

    private final FixedTables tables = new FixedTables();
    private final FakeUplink uplink = new FakeUplink();
    private long now;

    @Test
    void configIsByteForByteThatOfTheRadio() {
        var recorded = Recorded.config(CONFIG);
        var board = board(allowing(true, true));
        var client = configured(board, recorded.get(recorded.size() - 1).getConfigCompleteId());
        assertThat(told(client)).isEqualTo(recorded);
    }

    @Test
    void appsAskForConfigAndNodesOneAfterTheOther() {
        var board = board(allowing(false, false));
        assertThat(kinds(told(configured(board, ConfigAnswer.ONLY_CONFIG))))
                .startsWith(
                        PayloadVariantCase.MY_INFO, PayloadVariantCase.DEVICE_UI_CONFIG, PayloadVariantCase.NODE_INFO)
                .endsWith(PayloadVariantCase.FILE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID)
                .containsOnlyOnce(PayloadVariantCase.NODE_INFO);
        List<FromRadio> nodes = told(configured(board, ConfigAnswer.ONLY_NODES));
        assertThat(nodes).hasSize(14);
        assertThat(nodes.get(0).getNodeInfo().getNum()).isEqualTo(OWN);
        assertThat(kinds(nodes)).containsOnly(PayloadVariantCase.NODE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID);
    }

    @Test
    void clientThatComesBeforeTheRadioWaitsAndIsShownThatSomebodyIsThere() {
        var board = new Switchboard(allowing(false, false), tables, relays(), Instant::now, new Random(1));
        var client = board.connected("client", now);
        board.said(client, want(7), now);
        assertThat(told(client)).isEmpty();
        later(board, Duration.ofSeconds(26));
        assertThat(kinds(told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
        play(board, Recorded.config(CONFIG));
        board.tick(now);
        assertThat(last(told(client)).getConfigCompleteId()).isEqualTo(7);
    }

    @Test
    void clientWaitsForTheTables() {
        tables.notReady();
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        assertThat(told(client)).isEmpty();
        tables.ready();
        board.tick(now);
        assertThat(told(client)).isNotEmpty();
    }

    @Test
    void everyNodeOfTheTablesIsShownWithItsKey() {
        byte[] key = bytes(7);
        tables.node(0x1234L, "far away", false).key(0x1234L, key).key(SIM, bytes(9));
        List<FromRadio> told = told(configured(board(allowing(false, false)), 7));
        User far = node(told, 0x1234).getUser();
        assertThat(far.getLongName().toStringUtf8()).isEqualTo("far away");
        assertThat(far.getShortName().toStringUtf8()).isEqualTo("1234");
        assertThat(far.getId().toStringUtf8()).isEqualTo("!00001234");
        assertThat(far.getPublicKey().toByteArray()).isEqualTo(key);
        assertThat(node(told, SIM).getUser().getPublicKey().toByteArray())
                .as("the pinned key, whatever the radio has")
                .isEqualTo(bytes(9));
        assertThat(told.get(0).getMyInfo().getNodedbCount()).isEqualTo(14);
    }

    @Test
    void keyOfOurOwnRadioIsNobodyElses() {
        byte[] ours = bytes(3);
        tables.node(0x77L, "our other radio", true).key(0x77L, ours).key(0x88L, ours);
        List<FromRadio> told = told(configured(board(allowing(false, false)), 7));
        assertThat(node(told, 0x77).getUser().getPublicKey().toByteArray()).isEqualTo(ours);
        assertThat(node(told, 0x88).getUser().getPublicKey()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void nameIsCutBetweenItsCharacters() {
        tables.node(0x1234L, "ä".repeat(30), false);
        User user =
                node(told(configured(board(allowing(false, false)), 7)), 0x1234).getUser();
        assertThat(user.getLongName().toStringUtf8()).isEqualTo("ä".repeat(19));
    }

    @Test
    void whatTheTablesLearnLaterIsToldOnce() {
        var board = board(allowing(false, false));
        tables.onChange(node -> board.changed((int) node));
        var client = configured(board, 7);
        told(client);
        tables.node(0x1234L, "far away", false).key(0x1234L, bytes(7));
        board.tick(now);
        board.changed(0x1234);
        board.tick(now);
        List<FromRadio> told = told(client);
        assertThat(told).hasSize(1);
        assertThat(told.get(0).getNodeInfo().getUser().getPublicKey().toByteArray())
                .isEqualTo(bytes(7));
    }

    @Test
    void textIsRecordedThenRelayedAndTheOthersSeeIt() {
        var board = board(allowing(false, false));
        var sender = configured(board, 7);
        var other = configured(board, 8);
        var newcomer = board.connected("newcomer", now);
        Stream.of(sender, other).forEach(this::told);
        board.said(sender, packet(text("hello").setId(55).setFrom(1).setTo(-1)), now);
        assertThat(uplink.relayed).hasSize(1);
        assertThat(uplink.relayed.get(0).getFrom()).isEqualTo(OWN);
        SentMessage record = uplink.records.get(0);
        assertThat(record.getOutcome()).isEqualTo(SentOutcome.RELAYED);
        assertThat(record.getClient()).isEqualTo(sender.address());
        assertThat(record.getPacketId()).isEqualTo(55);
        assertThat(told(sender)).isEmpty();
        assertThat(told(newcomer)).isEmpty();
        MeshPacket echo = told(other).get(0).getPacket();
        assertThat(echo.getDecoded().getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(echo.getRxTime()).isNotZero();

        board.said(other, packet(text("hello").setId(55)), now);
        assertThat(uplink.relayed).as("the same id again").hasSize(1);
        board.said(other, packet(text("without an id")), now);
        assertThat(uplink.relayed.get(1).getId()).isNotZero();
    }

    @Test
    void whatCannotBeRecordedIsNotSent() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        uplink.diskFull = true;
        board.said(client, packet(text("hello").setId(55)), now);
        assertThat(uplink.relayed).isEmpty();
        assertThat(error(told(client), 55)).isEqualTo(4);
    }

    @Test
    void restartOfTheRadioIsADelayForAMessage() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        board.radioEnded();
        uplink.away = true;
        board.said(client, packet(text("first").setId(55)), now);
        board.said(client, packet(text("second").setId(56)), now);
        later(board, Duration.ofSeconds(20));
        board.radioBegan();
        play(board, Recorded.config(CONFIG));
        uplink.away = false;
        later(board, Duration.ofSeconds(1));
        assertThat(uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56);
        assertThat(told(client)).isEmpty();

        uplink.away = true;
        board.said(client, packet(text("third").setId(57)), now);
        later(board, Duration.ofSeconds(59));
        assertThat(told(client)).filteredOn(FromRadio::hasPacket).isEmpty();
        later(board, Duration.ofSeconds(2));
        assertThat(error(told(client), 57)).isEqualTo(4);
        assertThat(uplink.records.get(uplink.records.size() - 1).getOutcome()).isEqualTo(SentOutcome.REFUSED);
    }

    @Test
    void whatTheRadioDoesNotSayThatItHasGoesAgainInTheNextSession() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        uplink.keeping = true;
        board.said(client, packet(text("first").setId(55)), now);
        board.said(client, packet(text("second").setId(56)), now);
        board.said(client, packet(admin(unknownField(5)).setId(57)), now);
        uplink.relayed.clear();
        uplink.keeping = false;
        board.radioEnded();
        board.tick(now);
        assertThat(uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56);
        FromRadio taken = FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder().setMeshPacketId(55))
                .build();
        board.radioSaid(taken, taken.toByteString());
        board.radioEnded();
        board.tick(now);
        assertThat(uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56, 56);
    }

    @Test
    void whatWouldChangeTheRadioIsRefused() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        List<AdminMessage> changes = List.of(
                AdminMessage.newBuilder()
                        .setAddContact(SharedContact.newBuilder().setNodeNum(1))
                        .build(),
                AdminMessage.newBuilder()
                        .setSetConfig(Config.getDefaultInstance())
                        .build(),
                AdminMessage.newBuilder()
                        .setSetChannel(Channel.getDefaultInstance())
                        .build(),
                unknownField(97),
                unknownField(100),
                unknownField(500),
                AdminMessage.getDefaultInstance());
        for (int i = 0; i < changes.size(); i++) {
            board.said(client, packet(admin(changes.get(i)).setId(60 + i)), now);
            assertThat(error(told(client), 60 + i))
                    .as(changes.get(i).toString())
                    .isEqualTo(33);
        }
        board.said(client, packet(admin(unknownField(5)).setTo(SIM).setId(90)), now);
        assertThat(error(told(client), 90)).as("of another node").isEqualTo(33);
        board.said(client, packet(MeshPacket.newBuilder().setId(91).setEncrypted(ByteString.copyFromUtf8("x"))), now);
        assertThat(error(told(client), 91)).isEqualTo(32);
        assertThat(uplink.relayed).isEmpty();
        assertThat(uplink.records).hasSize(9).allMatch(each -> each.getOutcome() == SentOutcome.REFUSED);
        assertThat(board.refused()).isEqualTo(9);
    }

    /** A radio that gets a frame too long looks for another one inside of it. What is hidden here would be obeyed. */
    @Test
    void frameInsideAFrameDoesNotGetToTheRadio() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        byte[] hidden =
                DeviceFrames.frame(packet(admin(unknownField(94)).setTo(OWN)).toByteString());
        ByteString payload = ByteString.copyFrom(new byte[480 - hidden.length]).concat(ByteString.copyFrom(hidden));
        MeshPacket.Builder large = MeshPacket.newBuilder()
                .setTo(-1)
                .setId(70)
                .setDecoded(Data.newBuilder().setPortNum(TEXT).setPayload(payload));
        assertThat(packet(large).getSerializedSize()).isLessThanOrEqualTo(512);
        board.said(client, packet(large), now);
        assertThat(error(told(client), 70)).isEqualTo(7);
        assertThat(uplink.relayed).isEmpty();
    }

    @Test
    void messageThatFitsIntoNoFrameIsLeftOut() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        hear(board, text("x".repeat(600)).setFrom(SIM).setTo(-1).setId(5).build());
        assertThat(told(client)).isEmpty();
        hear(board, text("x").setFrom(SIM).setTo(-1).setId(6).build());
        assertThat(told(client)).hasSize(1);
    }

    @Test
    void clientCanNotIntroduceTheRadioUnderAnotherNameOrKey() throws Exception {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        User own = node(told(client), OWN).getUser();
        User forged = User.newBuilder()
                .setLongName(ByteString.copyFromUtf8("forged"))
                .setPublicKey(ByteString.copyFrom(bytes(9)))
                .build();
        board.said(
                client,
                packet(MeshPacket.newBuilder()
                        .setTo(-1)
                        .setId(71)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(NODEINFO)
                                .setWantResponse(true)
                                .setPayload(forged.toByteString()))),
                now);
        assertThat(uplink.relayed).hasSize(1);
        Data sent = uplink.relayed.get(0).getDecoded();
        assertThat(sent.getWantResponse()).isTrue();
        assertThat(User.parseFrom(sent.getPayload()).getPublicKey()).isEqualTo(own.getPublicKey());
        assertThat(User.parseFrom(sent.getPayload()).getLongName()).isEqualTo(own.getLongName());

        board.said(
                client,
                packet(MeshPacket.newBuilder()
                        .setId(72)
                        .setDecoded(Data.newBuilder().setPortNum(REMOTE_HARDWARE))),
                now);
        assertThat(error(told(client), 72)).isEqualTo(33);
    }

    /** What a client must know to work, and no secret looks like it. */
    @Test
    void configurationWithoutSecretsAndNotificationsAreShownAsTheyAre() {
        ByteString lora = ByteString.copyFrom(HexFormat.of().parseHex("08011003381a4003480150155801"));
        ByteString sensor = ByteString.copyFrom(HexFormat.of().parseHex("08061001200128063884484001"));
        ByteString longest = ByteString.copyFrom(HexFormat.of().parseHex("08011003381a40034801501558016001"));
        var said = new ArrayList<>(Recorded.config(CONFIG));
        List<FromRadio> parts = List.of(part(6, lora), part(1, sensor), part(6, longest));
        said.addAll(3, parts);
        var board = new Switchboard(allowing(false, false), tables, relays(), Instant::now, new Random(1));
        play(board, said);
        var client = configured(board, 7);
        assertThat(told(client)).containsAll(parts);

        // Of a client notification: level, message.
        FromRadio notification = FromRadio.newBuilder()
                .setClientNotification(ByteString.copyFrom(HexFormat.of().parseHex("181e2205"))
                        .concat(ByteString.copyFromUtf8("limit")))
                .build();
        board.radioSaid(notification, notification.toByteString());
        assertThat(told(client)).containsExactly(notification);
    }

    private static FromRadio part(int field, ByteString content) {
        return FromRadio.newBuilder()
                .setConfig(Config.newBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        field,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addLengthDelimited(content)
                                                .build())
                                .build()))
                .build();
    }

    @Test
    void clientThatSawZerosMayNotWriteThemBack() {
        var blind = board(allowing(true, false));
        var client = configured(blind, 7);
        told(client);
        AdminMessage security = AdminMessage.newBuilder()
                .setSetConfig(Config.newBuilder().setSecurity(SecurityConfig.getDefaultInstance()))
                .build();
        blind.said(client, packet(admin(security).setId(60)), now);
        assertThat(error(told(client), 60)).isEqualTo(33);
        blind.said(client, packet(admin(unknownField(97)).setId(61)), now);
        blind.said(client, packet(admin(security).setTo(SIM).setId(62)), now);
        assertThat(error(told(client), 62)).as("of another node").isEqualTo(33);
        assertThat(uplink.relayed).extracting(MeshPacket::getId).containsExactly(61);
    }

    @Test
    void answerGoesToTheClientThatAsked() {
        var board = board(allowing(false, false));
        var asking = configured(board, 7);
        var other = configured(board, 8);
        Stream.of(asking, other).forEach(this::told);
        board.said(asking, packet(admin(unknownField(5)).setId(70)), now);
        assertThat(uplink.relayed).hasSize(1);
        hear(board, own(ADMIN, 70));
        hear(board, own(ROUTING, 70));
        FromRadio status = FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder().setFree(3).setMaxlen(4).setMeshPacketId(70))
                .build();
        board.radioSaid(status, status.toByteString());
        assertThat(told(asking)).hasSize(3);
        assertThat(told(other)).isEmpty();

        hear(board, own(ADMIN, 71));
        hear(board, own(ROUTING, 72));
        assertThat(told(asking))
                .as("no client asked: the acknowledgement of a push")
                .isEmpty();

        hear(board, text("for all").setFrom(SIM).setTo(-1).setId(1).build());
        assertThat(told(asking)).hasSize(1);
        assertThat(told(other)).hasSize(1);
    }

    @Test
    void whatFirmwareRepeatsAtEachConnectionIsNotToldAgain() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        MeshPacket position = MeshPacket.newBuilder()
                .setFrom(SIM)
                .setTo(-1)
                .setId(1)
                .setRxTime(1_700_000_000)
                .setTransportMechanism(1)
                .setDecoded(Data.newBuilder().setPortNum(3))
                .build();
        hear(board, position);
        assertThat(told(client)).isEmpty();
        hear(board, position.toBuilder().setRxRssi(-80).build());
        assertThat(told(client)).hasSize(1);
    }

    @Test
    void noSecretReachesAClient() {
        ByteString secret = ByteString.copyFrom(bytes(5));
        var said = new ArrayList<>(Recorded.config(CONFIG));
        said.add(
                1,
                FromRadio.newBuilder()
                        .setConfig(Config.newBuilder()
                                .setSecurity(SecurityConfig.newBuilder().setPrivateKey(secret)))
                        .build());
        said.add(
                2,
                FromRadio.newBuilder()
                        .setChannel(Channel.newBuilder()
                                .setSettings(ChannelSettings.newBuilder().setPsk(secret)))
                        .build());
        var board = new Switchboard(allowing(false, false), tables, relays(), Instant::now, new Random(1));
        play(board, said);
        var client = configured(board, 7);
        board.said(client, packet(admin(unknownField(5)).setId(70)), now);
        AdminMessage answer = AdminMessage.newBuilder()
                .setGetConfigResponse(Config.newBuilder()
                        .setSecurity(SecurityConfig.newBuilder().setPrivateKey(secret)))
                .build();
        hear(
                board,
                MeshPacket.newBuilder()
                        .setFrom(OWN)
                        .setTo(OWN)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ADMIN)
                                .setRequestId(70)
                                .setPayload(answer.toByteString()))
                        .build());
        List<FromRadio> told = told(client);
        assertThat(told).hasSize(said.size() + 1);
        ByteString recordedKey = Recorded.config(CONFIG).stream()
                .filter(each -> each.getConfig().hasSecurity())
                .map(each -> each.getConfig().getSecurity().getPrivateKey())
                .findFirst()
                .orElseThrow();
        assertThat(recordedKey.size()).isEqualTo(32);
        assertThat(told).noneMatch(each -> contains(each, secret) || contains(each, recordedKey));
        assertThat(told)
                .as("the index of a well-known channel key is no secret")
                .anyMatch(each -> each.getChannel().getSettings().getPsk().size() == 1);
    }

    @Test
    void clientThatSendsTooMuchIsToldSo() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        for (int i = 1; i <= 31; i++) {
            board.said(client, packet(text("flood").setId(i)), now);
        }
        assertThat(uplink.relayed).hasSize(30);
        assertThat(error(told(client), 31)).isEqualTo(38);
        now += Duration.ofSeconds(1).toNanos();
        board.said(client, packet(text("flood").setId(31)), now);
        assertThat(uplink.relayed).hasSize(31);
    }

    @Test
    void slowClientIsClosedAndTheOthersAreNot() {
        var board = board(allowing(false, false));
        var slow = configured(board, 7);
        var other = configured(board, 8);
        told(other);
        for (int i = 0; i < 6_000; i++) {
            hear(board, text("x".repeat(100)).setFrom(SIM).setTo(-1).setId(i).build());
            assertThat(told(other)).hasSize(1);
        }
        assertThat(slow.closed().orElseThrow()).contains("too slow");
        assertThat(other.closed()).isEmpty();
    }

    @Test
    void clientThatTakesNothingOrSaysNothingIsClosed() {
        var board = board(allowing(false, false));
        var stalled = configured(board, 7);
        var silent = board.connected("silent", now);
        later(board, Duration.ofSeconds(31));
        assertThat(stalled.closed().orElseThrow()).contains("takes nothing");
        assertThat(silent.closed()).isEmpty();
        later(board, Duration.ofSeconds(31));
        assertThat(silent.closed().orElseThrow()).contains("says nothing");
    }

    @Test
    void anotherRadioInTheSamePlaceIsAnotherDevice() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        board.radioBegan();
        play(
                board,
                List.of(FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(OWN + 1))
                        .build()));
        assertThat(client.closed()).isPresent();
    }

    @Test
    void heartbeatIsAnsweredAndQuietMeshShowsThatItLives() {
        var board = board(allowing(false, false));
        var client = configured(board, 7);
        told(client);
        board.said(
                client,
                ToRadio.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build(),
                now);
        assertThat(kinds(told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
        assertThat(uplink.relayed).isEmpty();
        later(board, Duration.ofSeconds(24));
        assertThat(told(client)).isEmpty();
        later(board, Duration.ofSeconds(25));
        assertThat(kinds(told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
    }

    @Test
    void networkWithoutARadioShowsItselfAndSendsNothing() {
        tables.node(0x1234L, "far away", false).key(0x1234L, bytes(7));
        var board = new Switchboard(allowing(false, false), tables, null, Instant::now, new Random(1));
        board.is(NetworkDevice.of("home", tables, 3));
        var client = configured(board, 7);
        List<FromRadio> told = told(client);
        assertThat(kinds(told))
                .startsWith(PayloadVariantCase.MY_INFO, PayloadVariantCase.NODE_INFO, PayloadVariantCase.METADATA)
                .endsWith(PayloadVariantCase.NODE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID);
        assertThat(node(told, 0x1234).getUser().getPublicKey().toByteArray()).isEqualTo(bytes(7));
        assertThat(tables.entry(Integer.toUnsignedLong(told.get(0).getMyInfo().getMyNodeNum())))
                .isEmpty();
        board.said(client, packet(text("hello").setId(55)), now);
        assertThat(error(told(client), 55)).isEqualTo(4);
    }

    // What the tests say.

    private Switchboard board(VirtualNodeSettings settings) {
        var board = new Switchboard(settings, tables, relays(), Instant::now, new Random(1));
        play(board, Recorded.config(CONFIG));
        return board;
    }

    private Relays relays() {
        return new Relays("home", uplink, Duration.ofMinutes(1), Instant::now);
    }

    private static VirtualNodeSettings allowing(boolean admin, boolean secrets) {
        return VirtualNodeSettings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(), admin, secrets, 60, 10);
    }

    private static void play(Switchboard board, List<FromRadio> said) {
        board.radioBegan();
        said.forEach(message -> board.radioSaid(message, message.toByteString()));
        board.radioComplete();
    }

    private ClientSession configured(Switchboard board, int nonce) {
        var client = board.connected("client-" + nonce, now);
        board.said(client, want(nonce), now);
        return client;
    }

    private void later(Switchboard board, Duration time) {
        now += time.toNanos();
        board.tick(now);
    }

    private List<FromRadio> told(ClientSession client) {
        var told = new ArrayList<FromRadio>();
        for (ByteString each = client.next(now); each != null; each = client.next(now)) {
            told.add(Recorded.parsed(each));
        }
        return told;
    }

    private static void hear(Switchboard board, MeshPacket packet) {
        FromRadio message = FromRadio.newBuilder().setPacket(packet).build();
        board.radioSaid(message, message.toByteString());
    }

    private static MeshPacket own(int port, int request) {
        return MeshPacket.newBuilder()
                .setFrom(OWN)
                .setTo(OWN)
                .setDecoded(Data.newBuilder().setPortNum(port).setRequestId(request))
                .build();
    }

    private static ToRadio want(int nonce) {
        return ToRadio.newBuilder().setWantConfigId(nonce).build();
    }

    private static ToRadio packet(MeshPacket.Builder packet) {
        return ToRadio.newBuilder().setPacket(packet).build();
    }

    private static MeshPacket.Builder text(String text) {
        return MeshPacket.newBuilder()
                .setDecoded(Data.newBuilder().setPortNum(TEXT).setPayload(ByteString.copyFromUtf8(text)));
    }

    private static MeshPacket.Builder admin(AdminMessage message) {
        return MeshPacket.newBuilder()
                .setTo(OWN)
                .setDecoded(Data.newBuilder().setPortNum(ADMIN).setPayload(message.toByteString()));
    }

    /** A request with a number in a field that the schema here does not name. */
    private static AdminMessage unknownField(int number) {
        return AdminMessage.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                number,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
    }

    private static int error(List<FromRadio> told, int request) {
        assertThat(told).hasSize(1);
        Data answer = told.get(0).getPacket().getDecoded();
        assertThat(answer.getPortNum()).isEqualTo(ROUTING);
        assertThat(answer.getRequestId()).isEqualTo(request);
        try {
            return Routing.parseFrom(answer.getPayload()).getErrorReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static NodeInfo node(List<FromRadio> told, int number) {
        return told.stream()
                .filter(each -> each.getNodeInfo().getNum() == number)
                .findFirst()
                .orElseThrow()
                .getNodeInfo();
    }

    private static List<PayloadVariantCase> kinds(List<FromRadio> told) {
        return told.stream().map(FromRadio::getPayloadVariantCase).toList();
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    private static boolean contains(FromRadio message, ByteString secret) {
        return HexFormat.of()
                .formatHex(message.toByteArray())
                .contains(HexFormat.of().formatHex(secret.toByteArray()));
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
