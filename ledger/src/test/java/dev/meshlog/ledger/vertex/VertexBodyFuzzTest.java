package dev.meshlog.ledger.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.Arrays;

class VertexBodyFuzzTest {
    private final Network network = new Network(4);
    private final Hash networkId = network.genesis.networkId();
    private final VertexVerifier verifier = new VertexVerifier(
            networkId,
            network.genesis.epochLength(),
            KnownValidators.constant(new Validators(network.genesis.validators())),
            (key, message, signature) -> true);

    /** The first byte is the round, the rest the body; header and signature fit, so that only the body can be wrong. */
    @FuzzTest
    void validBodyHasOneEncoding(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        long round = input[0] & 0xff;
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        var header = new VertexHeader(
                network.keys.get(0).publicKey(),
                round,
                round / network.genesis.epochLength(),
                0,
                Hash.ZERO,
                Domain.BODY.hash(body));
        BoundedAllocation.check(input, () -> {
            Verdict verdict = verifier.verify(header.encode(), new byte[64], body);
            try {
                assertThat(VertexBytes.decode(body).encode()).isEqualTo(body);
            } catch (MalformedRecordException e) {
                assertThat(verdict.vertex()).isEmpty();
            }
            verdict.vertex()
                    .ifPresent(vertex ->
                            assertThat(Vertex.parse(networkId, vertex.record())).isEqualTo(vertex));
        });
    }
}
