package dev.meshlog.ledger.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VertexVerifierTest {
    private final Network network = new Network(4);
    private final Hash networkId = network.genesis.networkId();
    private final VertexVerifier verifier = new VertexVerifier(
            networkId,
            network.genesis.epochLength(),
            KnownValidators.constant(new Validators(network.genesis.validators())),
            Ed25519.fastest());
    private final List<VertexRef> parents = network.keys.stream()
            .map(key -> VertexRef.implicit(key.publicKey()))
            .toList();

    @Test
    void goodVertexIsValidAndKeepsItsBytes() {
        Vertex vertex = network.vertex(0, 1, parents, List.of(transaction()));

        Verdict verdict = verifier.verify(vertex.record());

        assertThat(verdict.vertex()).contains(vertex);
        assertThat(Vertex.parse(networkId, vertex.record()).transactions()).hasSize(1);
    }

    @Test
    void rejectsWhatBreaksARule() {
        Hash other = Hash.ofHex("cd".repeat(32));
        VertexRef stray = new VertexRef(1, network.keys.get(1).publicKey(), other);
        expect(RejectReason.ROUND_ZERO, signed(0, 0, parents, List.of()));
        expect(RejectReason.WRONG_EPOCH, signed(1, 1, parents, List.of()));
        expect(RejectReason.MALFORMED, signed(-1, 0, parents, List.of()));
        expect(RejectReason.NO_QUORUM, signed(1, 0, parents.subList(0, 2), List.of()));
        expect(RejectReason.NO_QUORUM, signed(2, 0, parents, List.of()));
        expect(RejectReason.PARENT_ROUND, signed(1, 0, replace(1, stray), List.of()));
        expect(RejectReason.PARENT_ID, signed(1, 0, replace(1, new VertexRef(0, stray.producer(), other)), List.of()));
        expect(
                RejectReason.PARENT_ID,
                signed(2, 0, replace(1, new VertexRef(1, stray.producer(), Hash.ZERO)), List.of()));
        expect(RejectReason.DUPLICATE_PARENT, signed(1, 0, replace(1, parents.get(2)), List.of()));
        List<VertexRef> reversed = new ArrayList<>(parents);
        Collections.reverse(reversed);
        expect(RejectReason.OWN_PARENT_NOT_FIRST, signed(1, 0, reversed, List.of()));
        List<VertexRef> five = new ArrayList<>(parents);
        five.add(VertexRef.implicit(other));
        expect(RejectReason.TOO_MANY_PARENTS, signed(1, 0, five, List.of()));
        expect(RejectReason.BAD_TRANSACTION, signed(1, 0, parents, List.of(new byte[] {1, 2, 3})));
        expect(RejectReason.TOO_LARGE, signed(1, 0, parents, List.of(new byte[Limits.TRANSACTION_BYTES + 1])));
        expect(RejectReason.TOO_LARGE, signed(1, 0, parents, Collections.nCopies(1_001, new byte[0])));
        expect(RejectReason.TOO_LARGE, signed(1, 0, parents, Collections.nCopies(9, new byte[60_000])));
        SigningKey stranger = Network.key(40);
        Vertex strange = network.factory(stranger).make(1, parents, List.of(), 0, Hash.ZERO, 0);
        assertReason(RejectReason.UNKNOWN_PRODUCER, verifier.verify(strange.record()));
    }

    @Test
    void rejectsForgedBytes() {
        Vertex vertex = network.vertex(0, 1, parents, List.of());
        byte[] header = vertex.header().encode();
        byte[] body = vertex.body().clone();
        body[body.length - 1] ^= 1;
        byte[] signature = vertex.signature().clone();
        signature[3] ^= 1;

        assertReason(RejectReason.BODY_HASH, verifier.verify(header, vertex.signature(), body));
        assertReason(RejectReason.BAD_SIGNATURE, verifier.verify(header, signature, vertex.body()));
        assertReason(RejectReason.MALFORMED, verifier.verify(new byte[119], vertex.signature(), vertex.body()));
    }

    @Test
    void rejectsAnotherEncodingOfTheSameBody() {
        byte[] body = network.vertex(0, 1, parents, List.of()).body();
        byte[] longer = new byte[body.length + 1];
        // 4 parents, written as a number of two bytes.
        longer[0] = (byte) 0x88;
        System.arraycopy(body, 1, longer, 2, body.length - 1);

        assertReason(RejectReason.MALFORMED, verifyBody(longer));
        assertReason(RejectReason.MALFORMED, verifyBody(Arrays.copyOf(body, body.length + 1)));
    }

    @Test
    void claimsBeyondTheBytesAllocateNothing() {
        // A count of 2^62 parents, and a transaction of 2^31 bytes.
        assertReason(RejectReason.TOO_LARGE, verifyBody(new byte[] {-2, -1, -1, -1, -1, -1, -1, -1, 127}));
        assertReason(RejectReason.TOO_LARGE, verifyBody(new byte[] {0, 2, -2, -1, -1, -1, 15}));
    }

    @Test
    void garbageIsRejectedAndNeverThrows() {
        long seed = 7;
        var random = new Random(seed);
        byte[] body = network.vertex(0, 1, parents, List.of(transaction())).body();
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = Arrays.copyOf(body, random.nextInt(body.length + 1));
            for (int flips = random.nextInt(4); flips >= 0 && changed.length > 0; flips--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            assertThat(verifyBody(changed)).as("seed %d, number %d", seed, i).isNotNull();
        }
    }

    /** The signature is not checked before the body is read, so any will do. */
    private Verdict verifyBody(byte[] body) {
        var header = new VertexHeader(network.keys.get(0).publicKey(), 1, 0, 0, Hash.ZERO, Domain.BODY.hash(body));
        return verifier.verify(header.encode(), new byte[64], body);
    }

    private Parts signed(long round, long epoch, List<VertexRef> refs, List<byte[]> transactions) {
        byte[] body = new VertexBytes(refs, transactions, 0).encode();
        SigningKey key = network.keys.get(0);
        var header = new VertexHeader(key.publicKey(), round, epoch, 0, Hash.ZERO, Domain.BODY.hash(body));
        Hash id = header.vertexId(networkId);
        return new Parts(header.encode(), key.sign(id), body);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Parts(byte[] header, byte[] signature, byte[] body) {}

    private List<VertexRef> replace(int index, VertexRef ref) {
        List<VertexRef> changed = new ArrayList<>(parents);
        changed.set(index, ref);
        return changed;
    }

    private byte[] transaction() {
        SigningKey key = network.keys.get(0);
        var call = new Call(key.publicKey(), List.of(), List.of(), 1, "system", "create_object", new byte[3], 10);
        return Transaction.sign(networkId, call, key).bytes();
    }

    private void expect(RejectReason reason, Parts parts) {
        assertReason(reason, verifier.verify(parts.header(), parts.signature(), parts.body()));
    }

    private static void assertReason(RejectReason reason, Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
        assertThat(((Verdict.Invalid) verdict).reason()).isEqualTo(reason);
    }
}
