package dev.meshlog.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Beside the certificates of the published vectors. */
class CertificateFuzzTest {
    private final CertificateVerifier verifier;

    CertificateFuzzTest() throws IOException {
        try (var vectors = CertificateFuzzTest.class.getResourceAsStream("/vectors/certificates.json")) {
            JsonNode root = new ObjectMapper().readTree(Objects.requireNonNull(vectors));
            Map<Long, Validators> sets = new HashMap<>();
            for (JsonNode set : root.get("validators")) {
                List<Validator> members = new ArrayList<>();
                set.forEach(member -> members.add(new Validator(
                        Hash.ofHex(member.get("publicKey").asText()),
                        member.get("weight").asLong(),
                        "",
                        0)));
                sets.put((long) sets.size(), new Validators(members));
            }
            verifier = new CertificateVerifier(
                    Hash.ofHex(root.get("networkId").asText()),
                    root.get("epochLength").asLong(),
                    Attesters.known(sets),
                    Ed25519.fastest());
        }
    }

    @FuzzTest
    void certificateIsRefusedWithAReasonOrHasOneEncoding(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            try {
                assertThat(verifier.verify(input).encode()).isEqualTo(input);
            } catch (InvalidCertificateException e) {
                assertThat(e.reason()).isNotNull();
            }
        });
    }
}
