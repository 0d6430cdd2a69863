package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.entry;
import static dev.meshlog.ingest.keysync.MemoryTables.facts;
import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.KeyState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the operator asks for, from the request to its end. */
class RequestsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Rig rig = new Rig(KeyPolicy.MISSING);

    @Test
    @DisplayName("KS-15 --force believes nothing: the radio is read again")
    void forceReadsTheRadioAgain() {
        threeKeys();
        rig.connect();
        rig.run(SOON);
        rig.radio.nodes().remove(2);
        rig.sync.asked(request(null, false, false), rig.now);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(2)).isEmpty();
        rig.sync.asked(request(null, true, false), rig.now);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(2)).isEqualTo(key(2));
        KeyPush finished = rig.records(KeyPushKind.FINISHED).get(1);
        assertThat(finished.getRequest()).isEqualTo("r");
        assertThat(finished.getCounters())
                .containsEntry("wanted", 3L)
                .containsEntry("known", 2L)
                .containsEntry("acknowledged", 1L)
                .containsEntry("failed", 0L);
    }

    @Test
    void dryRunOnlyTells() {
        threeKeys();
        var onDemand = new Rig(KeyPolicy.ON_DEMAND);
        onDemand.tables.pin(1, 1);
        onDemand.connect();
        onDemand.run(SOON);
        onDemand.sync.asked(request(null, false, true), onDemand.now);
        onDemand.run(SOON);
        assertThat(onDemand.records)
                .extracting(KeyPush::getKind)
                .containsExactly(KeyPushKind.PLANNED, KeyPushKind.FINISHED);
        assertThat(onDemand.radio.traffic().packets()).isZero();
    }

    @Test
    void dryRunPlansNoMoreThanThereIsRoomFor() {
        for (boolean dry : new boolean[] {true, false}) {
            var full = new Rig(new KeySyncSettings(KeyPolicy.OFF, 6), RadioLimits.MEASURED, 1);
            for (int node = 1; node <= 10; node++) {
                full.tables.pin(node, node);
            }
            full.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(1).setFavorite(true).build());
            full.connect();
            full.run(SOON);
            full.sync.asked(request(null, false, dry), full.now);
            full.run(SOON);
            assertThat(full.records(dry ? KeyPushKind.PLANNED : KeyPushKind.ACKNOWLEDGED))
                    .extracting(KeyPush::getNode)
                    .contains(1L)
                    .hasSize(4);
            assertThat(full.records(KeyPushKind.REFUSED)).hasSize(6);
            assertThat(full.records(KeyPushKind.FINISHED))
                    .singleElement()
                    .satisfies(finished -> assertThat(finished.getCounters()).containsEntry("refused", 6L));
        }
    }

    @Test
    void keyThatTheRadioLearnsMeanwhileIsKnown() {
        var onDemand = new Rig(KeyPolicy.ON_DEMAND);
        onDemand.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        onDemand.tables.pin(1, 1);
        onDemand.connect();
        onDemand.run(SOON);
        onDemand.sync.asked(request(1L, false, false), onDemand.now);
        onDemand.run(Duration.ofSeconds(1));
        onDemand.hear(Rig.nodeInfo(1, key(1)));
        onDemand.run(SOON);
        assertThat(onDemand.records)
                .extracting(KeyPush::getKind)
                .containsExactly(KeyPushKind.PUSHED, KeyPushKind.FINISHED);
        assertThat(onDemand.records.get(1).getCounters())
                .containsEntry("known", 1L)
                .containsEntry("pushed", 1L)
                .containsEntry("refused", 0L);
    }

    @Test
    void keyThatTheTableWithdrawsMeanwhileIsRefusedWithAReason() {
        var onDemand = new Rig(KeyPolicy.ON_DEMAND);
        onDemand.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        onDemand.tables.pin(1, 1);
        onDemand.connect();
        onDemand.run(SOON);
        onDemand.sync.asked(request(1L, false, false), onDemand.now);
        onDemand.run(Duration.ofSeconds(1));
        onDemand.tables.put(1, facts(1, 1), entry(1, KeyState.CONFLICT, key(1)));
        onDemand.run(SOON);
        assertThat(onDemand.records(KeyPushKind.REFUSED)).singleElement().satisfies(refused -> {
            assertThat(refused.getDetail()).isEqualTo("its key is in state CONFLICT");
            assertThat(refused.getRequest()).isEqualTo("r");
            assertThat(refused.getCause()).isEqualTo(KeyPushCause.OPERATOR);
        });
        assertThat(onDemand.records(KeyPushKind.FINISHED))
                .singleElement()
                .satisfies(finished -> assertThat(finished.getCounters()).containsEntry("refused", 1L));
    }

    @Test
    void keyThatTheRadioLearnsDifferentlyMeanwhileIsRefusedWithAReason() {
        var onDemand = new Rig(KeyPolicy.ON_DEMAND);
        onDemand.tables.pin(1, 1);
        onDemand.connect();
        onDemand.run(SOON);
        onDemand.lineBroken = true;
        onDemand.sync.asked(request(1L, false, false), onDemand.now);
        onDemand.run(Duration.ofSeconds(1));
        onDemand.hear(Rig.nodeInfo(1, key(2)));
        onDemand.run(Duration.ofSeconds(1));
        onDemand.lineBroken = false;
        onDemand.run(SOON);
        assertThat(onDemand.radio.nodes().key(1)).isEqualTo(key(2));
        assertThat(onDemand.records(KeyPushKind.REFUSED))
                .singleElement()
                .satisfies(refused -> assertThat(refused.getDetail())
                        .isEqualTo("the radio has another key; 'meshlog keys !00000001' shows both"));
    }

    @Test
    void requestEndsWhenTheRadioCannotBeAsked() {
        threeKeys();
        rig.connect();
        rig.run(SOON);
        rig.lineBroken = true;
        rig.sync.asked(request(null, true, false), rig.now);
        rig.run(SOON);
        rig.lineBroken = false;
        rig.sync.asked(request(null, true, false), rig.now);
        rig.run(SOON);
        assertThat(rig.records(KeyPushKind.FINISHED))
                .extracting(finished -> finished.getCounters().get("failed"))
                .containsExactly(1L, 0L);
    }

    @ParameterizedTest
    @EnumSource(KeyPolicy.class)
    void operatorMayPushWhateverThePolicyIs(KeyPolicy policy) {
        var asked = new Rig(policy);
        asked.holds(1, key(1));
        asked.tables.pin(1, 1);
        asked.connect();
        asked.run(SOON);
        asked.tables.pin(2, 2);
        asked.sync.asked(request(2L, false, false), asked.now);
        asked.run(SOON);
        assertThat(asked.radio.nodes().key(2)).isEqualTo(key(2));
        assertThat(asked.records(KeyPushKind.FINISHED))
                .singleElement()
                .satisfies(finished -> assertThat(finished.getCounters()).containsEntry("acknowledged", 1L));
    }

    private void threeKeys() {
        for (int node = 1; node <= 3; node++) {
            rig.tables.pin(node, node);
        }
    }

    static KeyPush request(@Nullable Long node, boolean force, boolean dryRun) {
        return KeyPush.newBuilder()
                .setNetwork("home")
                .setLink("roof")
                .setKind(KeyPushKind.ASKED)
                .setCause(KeyPushCause.OPERATOR)
                .setNode(node)
                .setRequest("r")
                .setForce(force)
                .setDryRun(dryRun)
                .setAtMs(Instant.EPOCH)
                .build();
    }
}
