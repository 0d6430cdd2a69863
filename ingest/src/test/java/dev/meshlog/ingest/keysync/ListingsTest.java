package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Duration;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of nodes of which the line has damaged a part. */
class ListingsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Rig rig = new Rig(KeyPolicy.MISSING);

    @Test
    void nodeWhoseMessageWasDamagedKeepsTheKeyThatTheRadioHas() {
        rig.tables.pin(1, 1);
        rig.tables.pin(2, 2);
        rig.holds(1, key(9));
        rig.swallowed = theFirst(1, 1);
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(9));
        assertThat(rig.radio.nodes().key(2)).isEqualTo(key(2));
        assertThat(rig.records(KeyPushKind.DIFFERS))
                .extracting(KeyPush::getNode)
                .containsExactly(1L);
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(2);
    }

    @Test
    void directMessageGoesWithoutAKeyAsLongAsTheListIsNotComplete() {
        var onDemand = new Rig(KeyPolicy.ON_DEMAND);
        onDemand.tables.pin(1, 1);
        onDemand.holds(1, key(9));
        onDemand.swallowed = theFirst(1, 4);
        onDemand.connect();
        onDemand.run(SOON);
        assertThat(onDemand.sync.relay(Rig.text(1, 77), () -> {}, onDemand.now)).isTrue();
        onDemand.run(SOON);
        assertThat(onDemand.radio.transmitted()).hasSize(1);
        assertThat(onDemand.notes).containsEntry("keys", "list incomplete");
        onDemand.run(Duration.ofMinutes(5));
        assertThat(onDemand.notes).containsEntry("keys", "in step");
        assertThat(onDemand.radio.nodes().key(1)).isEqualTo(key(9));
        assertThat(onDemand.records(KeyPushKind.PUSHED)).isEmpty();
    }

    @Test
    void laterListMayHaveFewerNodesWhenItComesTwice() {
        rig.tables.pin(1, 1);
        rig.holds(1, key(1));
        rig.holds(2, key(2));
        rig.connect();
        rig.run(SOON);
        rig.radio.nodes().remove(1);
        rig.radio.nodes().remove(2);
        rig.sync.asked(RequestsTest.request(null, true, false), rig.now);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(3);
    }

    @Test
    void listIsPutTogetherFromWhatArrives() {
        var random = new Random(7);
        for (int node = 1; node <= 70; node++) {
            rig.tables.pin(node, node);
            rig.holds(node, key(node + 100));
        }
        rig.swallowed = message -> message.hasNodeInfo() && random.nextInt(100) < 20;
        rig.connect();
        rig.run(Duration.ofHours(1));
        assertThat(rig.records(KeyPushKind.PUSHED)).isEmpty();
        assertThat(rig.records(KeyPushKind.DIFFERS)).hasSize(70);
        assertThat(rig.radio.traffic().configRequests()).isBetween(2, 8);
    }

    @Test
    void radioThatNeverTellsAllIsAskedNowAndThenAndGetsNothing() {
        rig.tables.pin(1, 1);
        rig.holds(2, key(2));
        rig.swallowed = message -> message.getNodeInfo().getNum() == 2;
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(4);
        rig.run(Duration.ofMinutes(58));
        assertThat(rig.radio.traffic().configRequests()).isBetween(44, 48);
        assertThat(rig.records).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keyThatTheOperatorWantsByForceWaitsForTheWholeList(boolean firstListDamaged) {
        var off = new Rig(KeyPolicy.OFF);
        off.tables.pin(1, 1);
        off.tables.pin(2, 2);
        off.holds(1, key(9));
        off.holds(3, key(3));
        if (firstListDamaged) {
            off.swallowed = theFirst(3, 1).or(theFirst(1, 2));
        }
        off.connect();
        off.run(SOON);
        off.swallowed = theFirst(1, 1);
        off.sync.asked(RequestsTest.request(null, true, false), off.now);
        off.run(SOON);
        assertThat(off.radio.nodes().key(1)).isEqualTo(key(9));
        assertThat(off.radio.nodes().key(2)).isEqualTo(key(2));
        assertThat(off.records(KeyPushKind.FINISHED)).hasSize(1);
    }

    @Test
    void listThatBeginsAnewIsWithoutWhatTheRadioToldBefore() {
        rig.tables.pin(1, 1);
        rig.sync.began(0);
        says(FromRadio.newBuilder().setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum((int) Rig.OWN)));
        says(FromRadio.newBuilder()
                .setNodeInfo(NodeInfo.newBuilder()
                        .setNum(1)
                        .setUser(User.newBuilder().setPublicKey(key(1)))));
        says(FromRadio.newBuilder().setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum((int) Rig.OWN)));
        rig.sync.complete(Rig.OWN, 1);
        assertThat(rig.records(KeyPushKind.PUSHED)).hasSize(1);
    }

    @Test
    void listThatIsCutShortBySomebodyWhoReadsTheConfigIsAskedForAgain() {
        rig.tables.pin(1, 1);
        rig.holds(1, key(1));
        rig.connect();
        rig.run(SOON);
        rig.sync.asked(RequestsTest.request(null, true, false), rig.now);
        rig.swallowed = message -> message.getConfigCompleteId() == Messages.NODES_ONLY;
        rig.run(Duration.ofSeconds(1));
        rig.swallowed = message -> false;
        rig.send(ToRadio.newBuilder().setWantConfigId(Messages.CONFIG_ONLY).build());
        rig.run(SOON);
        assertThat(rig.records(KeyPushKind.FINISHED))
                .singleElement()
                .satisfies(finished -> assertThat(finished.getCounters()).containsEntry("known", 1L));
        assertThat(rig.records(KeyPushKind.PUSHED)).isEmpty();
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(4);
    }

    private void says(FromRadio.Builder message) {
        rig.sync.received(message.build(), 0);
    }

    /** So many messages that list this node. */
    private static Predicate<FromRadio> theFirst(int node, int times) {
        int[] left = {times};
        return message -> message.getNodeInfo().getNum() == node && left[0]-- > 0;
    }
}
