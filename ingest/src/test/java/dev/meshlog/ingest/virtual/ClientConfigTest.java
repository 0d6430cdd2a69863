package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.ADMIN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.CONFIG;
import static dev.meshlog.ingest.virtual.SwitchboardRig.OWN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.SIM;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.bytes;
import static dev.meshlog.ingest.virtual.SwitchboardRig.contains;
import static dev.meshlog.ingest.virtual.SwitchboardRig.error;
import static dev.meshlog.ingest.virtual.SwitchboardRig.hear;
import static dev.meshlog.ingest.virtual.SwitchboardRig.kinds;
import static dev.meshlog.ingest.virtual.SwitchboardRig.last;
import static dev.meshlog.ingest.virtual.SwitchboardRig.node;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.play;
import static dev.meshlog.ingest.virtual.SwitchboardRig.text;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static dev.meshlog.ingest.virtual.SwitchboardRig.want;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.FromRadio.PayloadVariantCase;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientConfigTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void configIsByteForByteThatOfTheRadio() {
        var recorded = Recorded.config(CONFIG);
        var board = rig.board(allowing(true, true));
        var client = rig.configured(board, recorded.get(recorded.size() - 1).getConfigCompleteId());
        assertThat(rig.told(client)).isEqualTo(recorded);
    }

    @Test
    void appsAskForConfigAndNodesOneAfterTheOther() {
        var board = rig.board(allowing(false, false));
        assertThat(kinds(rig.told(rig.configured(board, ConfigAnswer.ONLY_CONFIG))))
                .startsWith(
                        PayloadVariantCase.MY_INFO, PayloadVariantCase.DEVICE_UI_CONFIG, PayloadVariantCase.NODE_INFO)
                .endsWith(PayloadVariantCase.FILE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID)
                .containsOnlyOnce(PayloadVariantCase.NODE_INFO);
        List<FromRadio> nodes = rig.told(rig.configured(board, ConfigAnswer.ONLY_NODES));
        assertThat(nodes).hasSize(14);
        assertThat(nodes.get(0).getNodeInfo().getNum()).isEqualTo(OWN);
        assertThat(kinds(nodes)).containsOnly(PayloadVariantCase.NODE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID);
    }

    @Test
    void clientThatComesBeforeTheRadioWaitsAndIsShownThatSomebodyIsThere() {
        var board = rig.unheard(allowing(false, false));
        var client = board.connected("client", rig.now);
        board.said(client, want(7), rig.now);
        assertThat(rig.told(client)).isEmpty();
        rig.later(board, Duration.ofSeconds(26));
        assertThat(kinds(rig.told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
        play(board, Recorded.config(CONFIG));
        board.tick(rig.now);
        assertThat(last(rig.told(client)).getConfigCompleteId()).isEqualTo(7);
    }

    @Test
    void clientWaitsForTheTables() {
        rig.tables.notReady();
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        assertThat(rig.told(client)).isEmpty();
        rig.tables.ready();
        board.tick(rig.now);
        assertThat(rig.told(client)).isNotEmpty();
    }

    @Test
    void everyNodeOfTheTablesIsShownWithItsKey() {
        byte[] key = bytes(7);
        rig.tables.node(0x1234L, "far away", false).key(0x1234L, key).key(SIM, bytes(9));
        List<FromRadio> told = rig.told(rig.configured(rig.board(allowing(false, false)), 7));
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
    void nodesAreMadeAsTheClientReadsThem() {
        for (int number = 1; number <= 5_000; number++) {
            rig.tables.node(number, "node " + number, false);
        }
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, ConfigAnswer.ONLY_NODES);
        int asked = rig.tables.entryAsked;
        for (int i = 0; i < 20; i++) {
            client.next(rig.now);
        }
        assertThat(rig.tables.entryAsked - asked).isBetween(19, 25);
        assertThat(rig.told(client)).hasSize(5_000 + 14 - 20);
    }

    @Test
    void tablesAreNotReadAsAWholeForEachChange() {
        var board = rig.board(allowing(false, false));
        rig.tables.onChange(node -> board.changed((int) node));
        rig.told(rig.configured(board, 7));
        int asked = rig.tables.allAsked;
        byte[] ours = bytes(3);
        rig.tables.node(0x77L, "our other radio", true).key(0x77L, ours).key(0x88L, ours);
        rig.later(board, Duration.ofMillis(200));
        assertThat(rig.tables.allAsked).isEqualTo(asked);
        List<FromRadio> told = rig.told(rig.configured(board, 8));
        assertThat(node(told, 0x77).getUser().getPublicKey().toByteArray()).isEqualTo(ours);
        assertThat(node(told, 0x88).getUser().getPublicKey()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void keyOfOurOwnRadioIsNobodyElses() {
        byte[] ours = bytes(3);
        rig.tables.node(0x77L, "our other radio", true).key(0x77L, ours).key(0x88L, ours);
        List<FromRadio> told = rig.told(rig.configured(rig.board(allowing(false, false)), 7));
        assertThat(node(told, 0x77).getUser().getPublicKey().toByteArray()).isEqualTo(ours);
        assertThat(node(told, 0x88).getUser().getPublicKey()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void nameIsCutBetweenItsCharacters() {
        rig.tables.node(0x1234L, "ä".repeat(30), false);
        User user = node(rig.told(rig.configured(rig.board(allowing(false, false)), 7)), 0x1234)
                .getUser();
        assertThat(user.getLongName().toStringUtf8()).isEqualTo("ä".repeat(19));
    }

    @Test
    void whatTheTablesLearnLaterIsToldOnce() {
        var board = rig.board(allowing(false, false));
        rig.tables.onChange(node -> board.changed((int) node));
        var client = rig.configured(board, 7);
        rig.told(client);
        rig.tables.node(0x1234L, "far away", false).key(0x1234L, bytes(7));
        board.tick(rig.now);
        board.changed(0x1234);
        board.tick(rig.now);
        List<FromRadio> told = rig.told(client);
        assertThat(told).hasSize(1);
        assertThat(told.get(0).getNodeInfo().getUser().getPublicKey().toByteArray())
                .isEqualTo(bytes(7));
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
        var board = rig.unheard(allowing(false, false));
        play(board, said);
        var client = rig.configured(board, 7);
        assertThat(rig.told(client)).containsAll(parts);

        // Of a client notification: level, message.
        FromRadio notification = FromRadio.newBuilder()
                .setClientNotification(ByteString.copyFrom(HexFormat.of().parseHex("181e2205"))
                        .concat(ByteString.copyFromUtf8("limit")))
                .build();
        board.radioSaid(notification, notification.toByteString());
        assertThat(rig.told(client)).containsExactly(notification);
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
        var board = rig.unheard(allowing(false, false));
        play(board, said);
        var client = rig.configured(board, 7);
        board.said(client, packet(admin(unknownField(5)).setId(70)), rig.now);
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
        List<FromRadio> told = rig.told(client);
        assertThat(told).hasSize(said.size() + 2);
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
    void networkWithoutARadioShowsItselfAndSendsNothing() {
        rig.tables.node(0x1234L, "far away", false).key(0x1234L, bytes(7));
        var board = new Switchboard(allowing(false, false), rig.tables, null, Instant::now, new Random(1));
        board.is(NetworkDevice.of("home", rig.tables, 3));
        var client = rig.configured(board, 7);
        List<FromRadio> told = rig.told(client);
        assertThat(kinds(told))
                .startsWith(PayloadVariantCase.MY_INFO, PayloadVariantCase.NODE_INFO, PayloadVariantCase.METADATA)
                .endsWith(PayloadVariantCase.NODE_INFO, PayloadVariantCase.CONFIG_COMPLETE_ID);
        assertThat(node(told, 0x1234).getUser().getPublicKey().toByteArray()).isEqualTo(bytes(7));
        assertThat(rig.tables.entry(
                        Integer.toUnsignedLong(told.get(0).getMyInfo().getMyNodeNum())))
                .isEmpty();
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(error(rig.told(client), 55)).isEqualTo(4);
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
}
