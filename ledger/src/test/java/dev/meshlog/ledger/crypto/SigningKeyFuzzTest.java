package dev.meshlog.ledger.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.charset.StandardCharsets;

class SigningKeyFuzzTest {
    @FuzzTest
    void keyThatIsReadIsWrittenAndReadAgain(byte[] input) throws Exception {
        String pem = new String(input, StandardCharsets.UTF_8);
        BoundedAllocation.check(input, () -> {
            SigningKey key;
            try {
                key = SigningKey.ofPem(pem);
            } catch (IllegalArgumentException e) {
                return; // not a private key
            }
            assertThat(SigningKey.ofPem(key.toPem()).publicKey()).isEqualTo(key.publicKey());
        });
    }
}
