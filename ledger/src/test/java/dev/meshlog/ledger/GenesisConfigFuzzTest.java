package dev.meshlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.charset.StandardCharsets;

class GenesisConfigFuzzTest {
    @FuzzTest
    void networkThatIsReadIsWrittenAndReadAgain(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            GenesisConfig genesis;
            try {
                genesis = GenesisConfig.ofJson(new String(input, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                return; // not a network
            }
            GenesisConfig again = GenesisConfig.ofJson(genesis.toJson());
            assertThat(again.networkId()).isEqualTo(genesis.networkId());
            assertThat(again.toJson()).isEqualTo(genesis.toJson());
        });
    }
}
