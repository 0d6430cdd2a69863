package dev.meshlog.ledger.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.TransactionBody;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.ByteBuffer;

class TransactionFuzzTest {
    private static final AvroBinary<SignedTransaction> SIGNED = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final AvroBinary<TransactionBody> BODY = new AvroBinary<>(TransactionBody.getClassSchema());

    /** Avro's own writer gives the one encoding that our reader takes. */
    @FuzzTest
    void legalTransactionHasOneEncoding(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            try {
                Transaction.parse(Hash.ZERO, input);
            } catch (MalformedRecordException e) {
                return; // not a transaction
            }
            SignedTransaction signed = SIGNED.decode(input);
            ByteBuffer body = signed.getBody().duplicate();
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            assertThat(SIGNED.encode(signed)).isEqualTo(input);
            assertThat(BODY.encode(BODY.decode(bytes))).isEqualTo(bytes);
        });
    }
}
