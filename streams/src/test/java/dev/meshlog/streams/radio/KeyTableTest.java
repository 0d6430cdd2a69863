package dev.meshlog.streams.radio;

import static dev.meshlog.streams.radio.KeyStory.at;
import static dev.meshlog.streams.radio.KeyStory.bytes;
import static dev.meshlog.streams.radio.KeyStory.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    /** A key on the firmware's list, which several nodes of the recorded mesh have. */
    private static final ByteString WEAK =
            ByteString.fromHex("2b321b4b6b51aa96857b8e6ed776c2580f6251bdc93dbda95d2e99e291458725");

    private static final long HOUR = 3_600;
    private static final long DAY = 24 * HOUR;

    private final KeyStory story = new KeyStory();

    @Test
    @DisplayName("KS-12 KS-13 KS-16 LV-06 each conflicting key is told once, by its value")
    void eachNewConflictingKeyIsToldOnce() {
        story.see(1, key(1))
                .see(2, key(2))
                .see(3, key(3))
                .see(4, key(2))
                .see(5, key(3))
                .see(6, key(1));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.CHANGED);
        assertThat(story.events.get(2).getPinned()).isEqualTo(bytes(key(1)));
        assertThat(story.entry().getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(story.entry().getConflicts())
                .extracting(ConflictingKey::getLastSeenMs)
                .containsExactly(at(4), at(5));
        assertThat(story.entry().getLastSeenMs()).isEqualTo(at(6));
    }

    @Test
    @DisplayName("KS-12 one bit is another key")
    void oneBitIsAnotherKey() {
        byte[] other = key(1).toByteArray();
        other[17] ^= 0x10;
        story.see(1, key(1)).see(2, ByteString.copyFrom(other));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED);
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
    }

    @Test
    void weakKeyIsQuarantinedAndStaysSo() {
        story.see(1, WEAK).see(2, key(1));
        assertThat(story.entry().getState()).isEqualTo(KeyState.QUARANTINED);
        assertThat(story.entry().getStateReason()).contains("too little randomness");
        assertThat(story.entry().getConflicts()).hasSize(1);
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.LOW_ENTROPY, KeyEventKind.CHANGED);
    }

    @Test
    void weakKeyBesideAGoodOneIsNamedAsSuch() {
        story.see(1, key(1)).see(2, WEAK);
        assertThat(story.entry().getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(story.entry().getConflicts()).allMatch(ConflictingKey::getLowEntropy);
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.LOW_ENTROPY);
    }

    @Test
    void floodOfKeysDoesNotGrowWithoutBound() {
        for (int i = 1; i < 100; i++) {
            story.see(i * HOUR, key(i));
        }
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.entry().getConflicts()).hasSize(16);
        assertThat(story.entry().getConflicts().get(15).getKey()).isEqualTo(bytes(key(99)));
        assertThat(story.forgotten).hasSize(99 - 17).doesNotContain(bytes(key(1)));
    }

    @Test
    void onlySoManyNewKeysAnHourAreRecorded() {
        for (int i = 1; i < 100; i++) {
            story.see(i, key(i));
        }
        assertThat(story.keysKept()).isEqualTo(8);
        assertThat(story.kinds()).hasSize(9).endsWith(KeyEventKind.SUPPRESSED);
        story.see(HOUR, key(100));
        assertThat(story.kinds()).hasSize(10).endsWith(KeyEventKind.CHANGED);
    }

    @Test
    @DisplayName("LV-05 the same key is told once a day")
    void sameKeyIsToldOnceADay() {
        story.see(1, key(1))
                .see(2, key(1))
                .see(DAY, key(1))
                .see(DAY + 1, key(1))
                .see(DAY + 2, key(1));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.SEEN);
        assertThat(story.entry().getLastSeenMs()).isEqualTo(at(DAY + 2));
        assertThat(story.entry().getFirstSeenMs()).isEqualTo(at(1));
    }

    @Test
    void lastSourceIsTheNewestAndTheFirstStays() {
        story.see(1, key(1), KeySource.RADIO_NODEDB, false)
                .see(3, key(1), KeySource.PACKET_MQTT, false)
                .see(2, key(1), KeySource.IMPORT, false);
        assertThat(story.entry().getSource()).isEqualTo(KeySource.RADIO_NODEDB);
        assertThat(story.entry().getLastSource()).isEqualTo(KeySource.PACKET_MQTT);
    }

    @Test
    void whatTheOwnerOfARadioVerifiedIsVerified() {
        story.see(1, key(1)).see(2, key(1), KeySource.RADIO_NODEDB, true).see(3, key(1), KeySource.RADIO_NODEDB, true);
        assertThat(story.entry().getState()).isEqualTo(KeyState.VERIFIED);
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.VERIFIED);
    }

    @Test
    void keyOfOurOwnRadioIsQuarantinedElsewhere() {
        story.see(1, key(1)).claimed(2, key(1), 9).claimed(3, key(1), 9).claimed(4, key(2), 9);
        assertThat(story.entry().getState()).isEqualTo(KeyState.QUARANTINED);
        assertThat(story.entry().getStateReason()).contains("!00000009");
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.QUARANTINED);
    }

    /** The check value of CRC-32 in every catalogue of such codes: cbf43926 for the digits 1 to 9. */
    @Test
    void selfCertifiedIsTheCrc32OfTheKey() {
        var crc = new java.util.zip.CRC32();
        crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(crc.getValue()).isEqualTo(0xcbf43926L);
        crc.reset();
        crc.update(key(5).toByteArray());
        assertThat(KeyEntries.isSelfCertified(crc.getValue(), bytes(key(5)))).isTrue();
        assertThat(KeyEntries.isSelfCertified(crc.getValue(), bytes(key(6)))).isFalse();
    }

    @Test
    @DisplayName("DM-01 a key that is needed is told once an hour")
    void neededKeyIsToldOnceAnHour() {
        story.needed(1, "why").needed(2, "why").needed(1 + HOUR, "why");
        assertThat(story.kinds()).containsExactly(KeyEventKind.KEY_NEEDED, KeyEventKind.KEY_NEEDED);
        assertThat(story.events.get(0).getKey()).isEqualTo(new Bytes32(new byte[32]));
        assertThat(story.entryOrNull()).isNull();
    }

    @Test
    void fingerprintIsOfTheKeysHash() {
        story.see(1, WEAK);
        assertThat(LowEntropyKeys.sha256(WEAK)).startsWith(story.entry().getFingerprint());
        assertThat(story.entry().getFingerprint()).hasSize(16);
    }
}
