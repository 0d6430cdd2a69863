package dev.meshlog.ledger.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.testing.BoundedAllocation;

class SignedVertexFuzzTest {
    private static final AvroBinary<SignedVertex> RECORD = new AvroBinary<>(SignedVertex.getClassSchema());

    private final Network network = new Network(4);
    private final Hash networkId = network.genesis.networkId();
    private final VertexVerifier verifier = new VertexVerifier(
            networkId,
            network.genesis.epochLength(),
            KnownValidators.constant(new Validators(network.genesis.validators())),
            Ed25519.fastest());

    /** The input is a record as it stands on the log. */
    @FuzzTest
    void vertexIsRefusedWithAReasonOrKeepsItsBytes(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            SignedVertex record;
            try {
                record = RECORD.decode(input);
            } catch (MalformedRecordException e) {
                return; // not a record
            }
            verifier.verify(record)
                    .vertex()
                    .ifPresent(vertex -> assertThat(vertex.record()).isEqualTo(record));
            VertexHeader header = VertexHeader.decode(record.getHeader().bytes());
            assertThat(header.encode()).isEqualTo(record.getHeader().bytes());
            try {
                assertThat(Vertex.parse(networkId, record).record()).isEqualTo(record);
            } catch (MalformedRecordException e) {
                // The declared answer to bytes that are no vertex.
            }
        });
    }
}
