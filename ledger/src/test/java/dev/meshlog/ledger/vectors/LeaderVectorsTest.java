package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LeaderVectorsTest {
    /** As the rule says it, with numbers that can't overflow. */
    @Test
    void seedWalksTheWeights() {
        JsonNode file = VectorFiles.read("leaders.json");
        byte[] networkId = Hash.ofHex(file.get("networkId").asText()).bytes();
        long epochLength = file.get("epochLength").asLong();
        for (JsonNode set : file.get("sets")) {
            BigInteger total = BigInteger.ZERO;
            for (JsonNode member : set.get("validators")) {
                total = total.add(member.get("weight").bigIntegerValue());
            }
            for (int round = 0; round < set.get("leaders").size(); round++) {
                Hash seed = Domain.LEADER.hash(networkId, Domain.u64(round / epochLength), Domain.u64(round));
                BigInteger rest = new BigInteger(1, Arrays.copyOf(seed.bytes(), 8)).mod(total);
                int leader = -1;
                int position = 0;
                for (JsonNode member : set.get("validators")) {
                    BigInteger weight = member.get("weight").bigIntegerValue();
                    if (leader < 0 && rest.compareTo(weight) < 0) {
                        leader = position;
                    }
                    rest = rest.subtract(weight);
                    position++;
                }
                assertThat(leader)
                        .as("round %d", round)
                        .isEqualTo(set.get("leaders").get(round).asInt());
            }
            BigInteger quorum = set.get("quorumWeight").bigIntegerValue();
            BigInteger three = BigInteger.valueOf(3);
            assertThat(quorum.multiply(three)).isGreaterThan(total.add(total));
            assertThat(quorum.subtract(BigInteger.ONE).multiply(three)).isLessThanOrEqualTo(total.add(total));
        }
    }
}
