package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients that may administrate the radio change what it holds. */
class ClientChangesTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Rig rig = new Rig(KeyPolicy.MISSING);
    private int lastId = 1000;

    @Test
    void keyOfAClientIsOnTheRadio() {
        rig.connect();
        rig.run(SOON);
        client(add(1, key(9)));
        rig.tables.pin(1, 1);
        client(add(2, key(2)));
        rig.tables.pin(2, 2);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(9));
        assertThat(rig.records(KeyPushKind.DIFFERS)).hasSize(1);
        assertThat(rig.records(KeyPushKind.PUSHED)).isEmpty();
        assertThat(rig.note("keysKnown")).isEqualTo(2);
    }

    @Test
    void favoritesOfAClientTakeRoomAndGiveItBack() {
        var small = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 6), RadioLimits.MEASURED.withNodes(6), 1);
        for (int node = 1; node <= 4; node++) {
            small.holds(node, key(node));
        }
        small.connect();
        small.run(SOON);
        for (int node = 1; node <= 4; node++) {
            client(small, AdminMessage.newBuilder().setSetFavoriteNode(node));
        }
        small.tables.pin(9, 9);
        small.run(SOON);
        assertThat(small.records(KeyPushKind.REFUSED)).hasSize(1);
        assertThat(small.records(KeyPushKind.PUSHED)).isEmpty();
        client(small, AdminMessage.newBuilder().setRemoveFavoriteNode(4));
        small.run(Duration.ofMinutes(5));
        assertThat(small.radio.nodes().key(9)).isEqualTo(key(9));
        assertThat(small.radio.nodes().favorites()).isEqualTo(4);
        assertThat(small.radio.crashes()).isZero();
    }

    @Test
    void removedAndForgottenNodesGetTheirKeysBackAndIgnoredOnesDoNot() {
        for (int node = 1; node <= 4; node++) {
            rig.tables.pin(node, node);
            rig.holds(node, key(node));
        }
        rig.connect();
        rig.run(SOON);
        client(AdminMessage.newBuilder().setRemoveByNodenum(1));
        client(AdminMessage.newBuilder().setSetIgnoredNode(2));
        client(AdminMessage.newBuilder().setSetIgnoredNode(3));
        client(AdminMessage.newBuilder().setRemoveIgnoredNode(3));
        assertThat(rig.note("keysKnown")).isEqualTo(1);
        assertThat(rig.notes).containsEntry("keys", "behind");
        rig.run(Duration.ofMinutes(6));
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.radio.nodes().key(2)).isEmpty();
        assertThat(rig.radio.nodes().key(3)).isEqualTo(key(3));
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(1);
        client(AdminMessage.newBuilder().setNodedbReset(false));
        assertThat(rig.note("keysKnown")).isZero();
    }

    @Test
    void changeThatTheRadioRefusedIsNotOne() {
        var changes = new ClientChanges();
        changes.sent(packet(add(1, key(1)), 7), Rig.OWN, 0);
        assertThat(changes.answered(7, 33)).isEmpty();
        assertThat(changes.answered(7, 0)).isEmpty();
        changes.sent(packet(add(1, key(1)), 8), Rig.OWN + 1, 0);
        assertThat(changes.answered(8, 0)).isEmpty();
    }

    @Test
    void changeThatNobodyConfirmsLetsTheListBeReadAgain() {
        rig.tables.pin(1, 1);
        rig.holds(1, key(1));
        rig.connect();
        rig.run(SOON);
        rig.sync.relay(
                packet(AdminMessage.newBuilder().setRemoveByNodenum(1), 7).toBuilder()
                        .setWantAck(false)
                        .build(),
                () -> {},
                rig.now);
        rig.run(Duration.ofMinutes(2));
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(3);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
    }

    @Test
    void contactOfAClientInAFullRadioMayHaveCostAnotherNode() {
        var small = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 5), RadioLimits.MEASURED.withNodes(5), 1);
        small.tables.pin(1, 1);
        small.holds(1, key(1));
        for (int node = 2; node <= 4; node++) {
            small.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(node).setLastHeard(200).build());
        }
        small.connect();
        small.run(SOON);
        client(small, add(9, key(9)));
        small.run(SOON);
        assertThat(small.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(small.records(KeyPushKind.ACKNOWLEDGED)).hasSize(1);
    }

    private void client(AdminMessage.Builder message) {
        client(rig, message);
    }

    private void client(Rig radio, AdminMessage.Builder message) {
        assertThat(radio.sync.relay(packet(message, lastId++), () -> {}, radio.now))
                .isTrue();
        radio.run(Duration.ofSeconds(2));
    }

    private static AdminMessage.Builder add(int node, ByteString key) {
        return AdminMessage.newBuilder()
                .setAddContact(SharedContact.newBuilder()
                        .setNodeNum(node)
                        .setUser(User.newBuilder().setPublicKey(key)));
    }

    private static MeshPacket packet(AdminMessage.Builder message, int id) {
        return MeshPacket.newBuilder()
                .setTo((int) Rig.OWN)
                .setId(id)
                .setWantAck(true)
                .setDecoded(Data.newBuilder()
                        .setPortNum(6)
                        .setPayload(message.build().toByteString()))
                .build();
    }
}
