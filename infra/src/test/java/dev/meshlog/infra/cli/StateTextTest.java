package dev.meshlog.infra.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.ValidatorEntry;
import dev.meshlog.schemas.ledger.ValidatorSet;
import dev.meshlog.schemas.ledger.ValidatorSets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateTextTest {
    private static final Hash ID = Hash.ofHex("ab".repeat(32));
    private static final Hash OWNER = Hash.ofHex("cd".repeat(32));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello world | "hello world"
            say "it"    | 0x7361792022697422
            grüße       | 0x6772c3bcc39f65
            `a\u0007`   | 0x6107
            ``          | ""
            """)
    void contentIsTextOrHex(String content, String shown) {
        byte[] value = new LedgerObject(3, OWNER, new LedgerObject.Content(content.getBytes(UTF_8))).encode();
        assertThat(StateText.line(StateKey.object(ID), value))
                .isEqualTo("object id=" + ID.hex() + " version=3 owner=" + OWNER.hex() + " content=" + shown);
    }

    @Test
    void coins() {
        byte[] value = new LedgerObject(1, OWNER, new LedgerObject.Coins(Long.MAX_VALUE)).encode();
        assertThat(StateText.json(StateKey.object(ID), value))
                .containsEntry("amount", Long.MAX_VALUE)
                .doesNotContainKey("content");
    }

    @Test
    void chain() {
        var head = new ChainHead(ID, 1, OWNER, 2, 3, 4, 5, new CheckpointMark(6, ID, 7), 8, 9, 10);
        assertThat(StateText.line(StateKey.chain(), head.encode()))
                .isEqualTo("chain commit=1 hash=" + OWNER.hex()
                        + " round=2 epoch=3 gcFloor=4 vertices=8 transactions=9 failed=10");
    }

    @Test
    void validatorsAreThereWithAllThatIsKnownOfThem() {
        var sets = new ValidatorSets(
                List.of(new ValidatorSet(7L, List.of(new ValidatorEntry(OWNER.fixed(), 3L, "quic://a:1", 4L)))));
        byte[] value = new AvroBinary<ValidatorSets>(ValidatorSets.getClassSchema()).encode(sets);
        assertThat(StateText.line(StateKey.validators(), value))
                .isEqualTo("validators fromEpoch7={" + OWNER.hex() + "={weight=3, gossipAddress=quic://a:1, stake=4}}");
    }

    @Test
    void otherTablesAreHex() {
        assertThat(StateText.line(StateKey.transaction(ID), new byte[] {2}))
                .isEqualTo("transaction key=" + ID.hex() + " value=02");
        assertThat(StateText.line(StateKey.committedAt(5), new byte[0]))
                .isEqualTo("vertex key=0000000000000005 value=");
        assertThat(StateText.line(new byte[] {9, 1}, new byte[] {3})).isEqualTo("table-9 key=01 value=03");
    }
}
