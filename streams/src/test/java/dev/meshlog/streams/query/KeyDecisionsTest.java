package dev.meshlog.streams.query;

import static dev.meshlog.streams.query.TablesFixture.AT;
import static dev.meshlog.streams.query.TablesFixture.entry;
import static dev.meshlog.streams.query.TablesFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.streams.query.KeyDecisions.RefusedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyDecisionsTest {
    private static final PublicKeyEntry CALM = entry("home", 5, key(1));
    private static final PublicKeyEntry ONE = entry("home", 5, key(1), key(2));
    private static final PublicKeyEntry TWO = entry("home", 5, key(1), key(2), key(3));

    @Test
    void acceptNamesTheKeyAndTheOneThatItReplaces() throws RefusedException {
        KeyDecision decision = decide(KeyDecisionKind.ACCEPT, ONE, null);
        assertThat(decision.getKey()).isEqualTo(key(2));
        assertThat(decision.getReplaces()).isEqualTo(key(1));
        assertThat(decision.getBy()).isEqualTo("me");
    }

    @Test
    void onlyAConflictCanBeAcceptedOrRejected() {
        for (KeyDecisionKind kind : new KeyDecisionKind[] {KeyDecisionKind.ACCEPT, KeyDecisionKind.REJECT}) {
            assertThatThrownBy(() -> decide(kind, CALM, null))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("nothing is in conflict");
        }
    }

    @Test
    void ofSeveralConflictingKeysOneMustBeNamed() throws RefusedException {
        assertThatThrownBy(() -> decide(KeyDecisionKind.REJECT, TWO, null))
                .hasMessageContaining("2 conflicting keys")
                .hasMessageContaining(fingerprint(key(2)))
                .hasMessageContaining(fingerprint(key(3)));
        assertThat(decide(KeyDecisionKind.REJECT, TWO, Hex.of(key(3))).getKey()).isEqualTo(key(3));
        assertThat(decide(KeyDecisionKind.REJECT, TWO, fingerprint(key(2)).substring(0, 6))
                        .getKey())
                .isEqualTo(key(2));
        assertThatThrownBy(() -> decide(KeyDecisionKind.ACCEPT, TWO, Hex.of(key(9))))
                .hasMessageContaining("no conflicting key");
        assertThatThrownBy(() -> decide(KeyDecisionKind.ACCEPT, TWO, "")).isInstanceOf(RefusedException.class);
    }

    @Test
    void otherDecisionsAreAboutThePinnedKey() throws RefusedException {
        assertThat(decide(KeyDecisionKind.VERIFY, ONE, null).getKey()).isEqualTo(key(1));
        assertThat(decide(KeyDecisionKind.REMOVE, ONE, Hex.of(key(1))).getReplaces())
                .isNull();
        assertThatThrownBy(() -> decide(KeyDecisionKind.VERIFY, ONE, Hex.of(key(2))))
                .hasMessageContaining("accepted before it is verified");
    }

    @Test
    void decisionIsShownOnceTheEntryIsAsItWants() throws RefusedException {
        KeyDecision accept = decide(KeyDecisionKind.ACCEPT, ONE, null);
        assertThat(KeyDecisions.isShown(accept, ONE)).isFalse();
        assertThat(KeyDecisions.isShown(accept, entry("home", 5, key(2)))).isTrue();
        KeyDecision reject = decide(KeyDecisionKind.REJECT, ONE, null);
        assertThat(KeyDecisions.isShown(reject, ONE)).isFalse();
        assertThat(KeyDecisions.isShown(reject, CALM)).isTrue();
        KeyDecision verify = decide(KeyDecisionKind.VERIFY, CALM, null);
        assertThat(KeyDecisions.isShown(verify, CALM)).isFalse();
        assertThat(KeyDecisions.isShown(
                        verify,
                        PublicKeyEntry.newBuilder(CALM)
                                .setState(KeyState.VERIFIED)
                                .build()))
                .isTrue();
        KeyDecision remove = decide(KeyDecisionKind.REMOVE, CALM, null);
        assertThat(KeyDecisions.isShown(remove, CALM)).isFalse();
        assertThat(KeyDecisions.isShown(remove, null)).isTrue();
    }

    private static KeyDecision decide(KeyDecisionKind kind, PublicKeyEntry entry, @Nullable String choice)
            throws RefusedException {
        return KeyDecisions.of(kind, entry, choice, "me", null, AT);
    }

    private static String fingerprint(Bytes32 key) {
        return KeyDecisions.fingerprint(key.bytes());
    }
}
