package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    /** A key on the firmware's list, which several nodes of the recorded mesh have. */
    private static final ByteString WEAK =
            ByteString.fromHex("2b321b4b6b51aa96857b8e6ed776c2580f6251bdc93dbda95d2e99e291458725");

    private final KeyTable table = new KeyTable(LowEntropyKeys.load());
    private final List<KeyEvent> events = new ArrayList<>();
    private @Nullable PublicKeyEntry entry;
    private long seconds;

    @Test
    void eachNewConflictingKeyIsToldOnce_KS12_KS13_LV06() {
        see(key(1));
        see(key(2));
        see(key(3));
        see(key(2));
        see(key(3));
        see(key(1));
        assertThat(kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.CHANGED);
        assertThat(events.get(2).getPinned()).isEqualTo(new Bytes32(key(1).toByteArray()));
        assertThat(known().getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(known().getConflicts())
                .extracting(ConflictingKey::getLastSeenMs)
                .containsExactly(at(4), at(5));
        assertThat(known().getLastSeenMs()).isEqualTo(at(6));
    }

    @Test
    void weakKeyIsQuarantinedAndStaysSo() {
        see(WEAK);
        see(key(1));
        assertThat(known().getState()).isEqualTo(KeyState.QUARANTINED);
        assertThat(known().getConflicts()).hasSize(1);
        assertThat(kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.LOW_ENTROPY, KeyEventKind.CHANGED);
    }

    @Test
    void weakKeyBesideAGoodOneIsNamedAsSuch() {
        see(key(1));
        see(WEAK);
        assertThat(known().getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(known().getConflicts()).allMatch(ConflictingKey::getLowEntropy);
        assertThat(kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.LOW_ENTROPY);
    }

    @Test
    void floodOfKeysDoesNotGrowWithoutBound() {
        for (int i = 1; i < 100; i++) {
            see(key(i));
        }
        assertThat(known().getKey()).isEqualTo(new Bytes32(key(1).toByteArray()));
        assertThat(known().getConflicts()).hasSize(16);
        assertThat(known().getConflicts().get(15).getKey()).isEqualTo(new Bytes32(key(99).toByteArray()));
    }

    @Test
    void fingerprintIsOfTheKeysHash() {
        see(WEAK);
        assertThat(LowEntropyKeys.sha256(WEAK)).startsWith(known().getFingerprint());
        assertThat(known().getFingerprint()).hasSize(16);
    }

    private void see(ByteString key) {
        seconds++;
        var sighting = new KeyTable.Sighting(
                "net", 7, key, KeySource.PACKET_RADIO, at(seconds), new RecordPosition("radio.frames", 0, seconds));
        KeyTable.Step step = table.see(entry, sighting);
        entry = step.entry();
        events.addAll(step.events());
    }

    private PublicKeyEntry known() {
        return Objects.requireNonNull(entry);
    }

    private List<KeyEventKind> kinds() {
        return events.stream().map(KeyEvent::getKind).toList();
    }

    private static Instant at(long seconds) {
        return Instant.ofEpochSecond(seconds);
    }

    private static ByteString key(int seed) {
        byte[] key = new byte[32];
        key[0] = (byte) seed;
        key[31] = 1;
        return ByteString.copyFrom(key);
    }
}
