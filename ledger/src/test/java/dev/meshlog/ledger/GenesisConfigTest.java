package dev.meshlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenesisConfigTest {
    private final GenesisConfig genesis = new Network(
                    3, 20, 12, List.of(new GenesisConfig.InitialCoin(Hash.ofHex("07".repeat(32)), Hash.ZERO, 5)))
            .genesis;

    @Test
    void survivesItsJson() {
        GenesisConfig read = GenesisConfig.ofJson(genesis.toJson());

        assertThat(read.networkId()).isEqualTo(genesis.networkId());
        assertThat(read.toJson()).isEqualTo(genesis.toJson());
    }

    @Test
    void everyFieldIsPartOfTheNetworkId() {
        String json = genesis.toJson();
        for (String change :
                List.of("\"test\"/\"tesu\"", "\"weight\" : 1/\"weight\" : 2", ": 20/: 21", ": 12/: 13", ": 8,/: 9,")) {
            String[] parts = change.split("/", -1);
            String changed = json.replaceFirst(parts[0], parts[1]);
            assertThat(changed).isNotEqualTo(json);
            assertThat(GenesisConfig.ofJson(changed).networkId()).as(change).isNotEqualTo(genesis.networkId());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"gcDepth\" : 12,            | ''                              | genesis.gcDepth: missing field",
                "\"gcDepth\" : 12,            | \"gcDepth\" : 12, \"more\" : 1, | genesis.more: unknown field",
                "\"weight\" : 1,              | ''                              | genesis.validators[0].weight: missing field",
                "\"weight\" : 1,              | \"weight\" : 0,                 | genesis.validators[0]: a weight is",
                "\"weight\" : 1,              | \"weight\" : \"1\",             | genesis.validators[0].weight: a whole number",
                "\"bucketBits\" : 8           | \"bucketBits\" : 17             | bucketBits is 1 to 16",
                "\"epochLength\" : 20         | \"epochLength\" : 1             | epochLength is at least",
                "\"gcDepth\" : 12,            | \"gcDepth\" : 12, \"gcDepth\":1, | not JSON",
                "\"amount\" : 5               | \"amount\" : -5                 | has the amount -5",
            })
    void refusesWithThePlace(String from, String to, String message) {
        String json = genesis.toJson().replaceFirst(from, to);

        assertThatThrownBy(() -> GenesisConfig.ofJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesTwoValidatorsWithOneKey() {
        Validator validator = genesis.validators().get(0);

        assertThatThrownBy(() -> new Validators(List.of(validator, validator))).hasMessageContaining("listed twice");
    }
}
