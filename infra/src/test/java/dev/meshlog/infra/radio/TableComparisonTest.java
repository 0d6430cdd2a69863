package dev.meshlog.infra.radio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.radio.TableComparison.Difference;
import dev.meshlog.infra.radio.TableComparison.Entry;
import dev.meshlog.infra.radio.TableComparison.Pair;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableComparisonTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final Entry KEY = new Entry(Topics.PUBKEYS, "home/!00000001");
    private static final Entry LINK = new Entry(Topics.LINKS, "roof");

    @Test
    void differencesAreNamedByFieldWithBothValues() {
        var pair = new Pair(key(1, AT, KeyState.PINNED), key(1, AT, KeyState.CONFLICT));
        assertThat(TableComparison.differences(KEY, pair))
                .containsExactly(
                        new Difference("radio.pubkeys", "home/!00000001", "state", "\"PINNED\"", "\"CONFLICT\""));
        assertThat(TableComparison.differences(KEY, new Pair(null, key(1, AT, KeyState.PINNED))))
                .containsExactly(new Difference("radio.pubkeys", "home/!00000001", "", "absent", "there"));
    }

    @Test
    void whoWasFirstIsNoDifferenceOfContent() {
        byte[] one = key(1, AT, KeyState.PINNED);
        assertThat(TableComparison.isOfOrderAlone(KEY, new Pair(one, key(1, AT.plusSeconds(1), KeyState.PINNED))))
                .isTrue();
        assertThat(TableComparison.isOfOrderAlone(KEY, new Pair(one, key(2, AT, KeyState.PINNED))))
                .isFalse();
        assertThat(TableComparison.isOfOrderAlone(KEY, new Pair(one, null))).isFalse();
    }

    @Test
    void packetMayCountAsADuplicateForAnotherLinkButNotGetLost() {
        byte[] first = counters(Map.of("frames", 9L, "packets", 9L));
        assertThat(TableComparison.isOfOrderAlone(
                        LINK, new Pair(first, counters(Map.of("frames", 9L, "packets", 4L, "duplicates", 5L)))))
                .isTrue();
        assertThat(TableComparison.isOfOrderAlone(LINK, new Pair(first, counters(Map.of("frames", 9L, "packets", 8L)))))
                .isFalse();
    }

    private static byte[] counters(Map<String, Long> counters) {
        return Cluster.encode(
                Topics.LINKS,
                LinkEvent.newBuilder()
                        .setNetwork("home")
                        .setLink("roof")
                        .setKind(LinkEventKind.COUNTERS)
                        .setCounters(counters)
                        .setAtMs(AT)
                        .build());
    }

    private static byte[] key(int fill, Instant at, KeyState state) {
        byte[] key = new byte[32];
        key[0] = (byte) fill;
        return Cluster.encode(
                Topics.PUBKEYS,
                PublicKeyEntry.newBuilder()
                        .setNetwork("home")
                        .setNode(1L)
                        .setState(state)
                        .setKey(new Bytes32(key))
                        .setFingerprint("00")
                        .setSource(KeySource.PACKET_RADIO)
                        .setFirstSeenMs(at)
                        .setLastSeenMs(at)
                        .setEvidence(new RecordPosition(Topics.FRAMES.name(), 0, at.getEpochSecond()))
                        .build());
    }
}
