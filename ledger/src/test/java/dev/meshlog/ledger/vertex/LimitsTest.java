package dev.meshlog.ledger.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each limit passes where it is reached and refuses one more; what claims more than is there is refused before it is read. */
class LimitsTest {
    private static final SigningKey KEY = Network.key(0);

    @Test
    void bodyOf512KiBPasses() {
        // Eight transactions of 65,000 bytes, and one that fills the rest.
        int rest = Limits.BODY_BYTES - body(0).length;

        // Its length takes one byte more than that of an empty one.
        byte[] longest = body(rest - 1);
        assertThat(longest.length).isEqualTo(Limits.BODY_BYTES);
        assertThat(VertexBytes.decode(longest).transactions()).hasSize(9);
        assertThatThrownBy(() -> VertexBytes.decode(body(rest))).isInstanceOf(LimitExceededException.class);
    }

    private static byte[] body(int last) {
        List<byte[]> transactions = IntStream.range(0, 9)
                .mapToObj(i -> new byte[i == 8 ? last : 65_000])
                .toList();
        return new VertexBytes(List.of(), transactions, 0).encode();
    }

    @Test
    void thousandTransactionsPass() {
        assertThat(VertexBytes.decode(withTransactions(Limits.TRANSACTIONS)).transactions())
                .hasSize(Limits.TRANSACTIONS);
        assertThatThrownBy(() -> VertexBytes.decode(withTransactions(Limits.TRANSACTIONS + 1)))
                .isInstanceOf(LimitExceededException.class);
    }

    private static byte[] withTransactions(int count) {
        return new VertexBytes(List.of(), Collections.nCopies(count, new byte[1]), 0).encode();
    }

    @Test
    void asManyParentsAsValidatorsPass() {
        assertThat(VertexBytes.decode(withParents(Validators.MAX_SIZE)).parents())
                .hasSize(Validators.MAX_SIZE);
        assertThatThrownBy(() -> VertexBytes.decode(withParents(Validators.MAX_SIZE + 1)))
                .isInstanceOf(LimitExceededException.class);
    }

    private static byte[] withParents(int count) {
        List<VertexRef> parents = IntStream.range(0, count)
                .mapToObj(i -> VertexRef.implicit(Domain.BODY.hash(Domain.u32(i))))
                .toList();
        return new VertexBytes(parents, List.of(), 0).encode();
    }

    @Test
    void transactionOf64KiBPasses() {
        int overhead = Transaction.sign(Hash.ZERO, call(0, 0, "create_object", new byte[60_000]), KEY)
                        .bytes()
                        .length
                - 60_000;
        byte[] args = new byte[Limits.TRANSACTION_BYTES - overhead];
        byte[] bytes = Transaction.sign(Hash.ZERO, call(0, 0, "create_object", args), KEY)
                .bytes();

        assertThat(bytes.length).isEqualTo(Limits.TRANSACTION_BYTES);
        assertThat(Transaction.parse(Hash.ZERO, bytes).call().args()).hasSize(args.length);
        assertThatThrownBy(
                        () -> Transaction.sign(Hash.ZERO, call(0, 0, "create_object", new byte[args.length + 1]), KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasCauseInstanceOf(LimitExceededException.class);
    }

    @Test
    void objects256AndNamesOf64BytesPass() {
        assertThatCode(() -> parse(call(Limits.OBJECTS, Limits.OBJECTS, "f".repeat(Limits.NAME_BYTES), new byte[0])))
                .doesNotThrowAnyException();
        for (Call over : List.of(
                call(Limits.OBJECTS + 1, 0, "f", new byte[0]),
                call(0, Limits.OBJECTS + 1, "f", new byte[0]),
                call(0, 0, "f".repeat(Limits.NAME_BYTES + 1), new byte[0]),
                call(0, 0, "€".repeat(Limits.NAME_BYTES / 3 + 1), new byte[0]))) {
            assertThatThrownBy(() -> parse(over)).hasCauseInstanceOf(LimitExceededException.class);
        }
    }

    private static void parse(Call call) {
        Transaction.sign(Hash.ZERO, call, KEY);
    }

    private static Call call(int writes, int creates, String function, byte[] args) {
        List<ObjectRef> objects = IntStream.range(0, writes)
                .mapToObj(i -> new ObjectRef(Domain.OBJECT.hash(Domain.u32(i)), 1))
                .toList();
        return new Call(KEY.publicKey(), List.of(), objects, creates, "system", function, args, 9);
    }

    @Test
    void claimIsHeldAgainstTheBytesThatAreThere() {
        // A transaction that claims 64 KiB and has none, within the limit; 1,000 parents without a byte.
        for (byte[] body : List.of(new byte[] {0, 2, (byte) 0x80, (byte) 0x80, 8}, new byte[] {(byte) 0xd0, 0x0f})) {
            assertThatThrownBy(() -> VertexBytes.decode(body))
                    .isExactlyInstanceOf(MalformedRecordException.class)
                    .hasMessageContaining("beyond the end");
        }
    }
}
