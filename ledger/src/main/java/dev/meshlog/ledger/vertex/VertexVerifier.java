package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.List;
import java.util.Optional;

/**
 * Says whether a vertex is valid, cheapest check first. Without memory but for the table of validators; where an epoch's set is not known
 * yet, the DAG checks weights when it accepts the vertex. Any thread may call it if the table allows that.
 */
public final class VertexVerifier {
    private final Hash networkId;
    private final long epochLength;
    private final KnownValidators validators;
    private final SignatureCheck signatures;

    public VertexVerifier(Hash networkId, long epochLength, KnownValidators validators, SignatureCheck signatures) {
        this.networkId = networkId;
        this.epochLength = epochLength;
        this.validators = validators;
        this.signatures = signatures;
    }

    public Verdict verify(SignedVertex record) {
        if (record.getBody().remaining() > Limits.BODY_BYTES) {
            return new Verdict.Invalid(
                    RejectReason.TOO_LARGE, "body: " + record.getBody().remaining() + " bytes");
        }
        return verify(record.getHeader().bytes(), record.getSignature().bytes(), Vertex.bytes(record.getBody()));
    }

    public Verdict verify(byte[] headerBytes, byte[] signature, byte[] body) {
        if (headerBytes.length != VertexHeader.LENGTH) {
            return new Verdict.Invalid(RejectReason.MALFORMED, "a header of " + headerBytes.length + " bytes");
        }
        VertexHeader header = VertexHeader.decode(headerBytes);
        Optional<Verdict.Invalid> refusal = checkHeader(header, body);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Hash id = header.vertexId(networkId);
        var ref = new VertexRef(header.round(), header.producer(), id);
        VertexBytes content;
        try {
            content = VertexBytes.decode(body);
        } catch (LimitExceededException e) {
            return new Verdict.Invalid(RejectReason.TOO_LARGE, reason(e));
        } catch (MalformedRecordException e) {
            return new Verdict.Invalid(RejectReason.MALFORMED, reason(e));
        }
        refusal = checkParents(ref, content.parents());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (!signatures.verify(header.producer(), id, signature)) {
            return new Verdict.Invalid(RejectReason.BAD_SIGNATURE, "vertex " + id);
        }
        refusal = checkTransactions(content.transactions());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return new Verdict.Valid(new Vertex(header, signature, body, id, content));
    }

    private Optional<Verdict.Invalid> checkHeader(VertexHeader header, byte[] body) {
        if (header.round() == 0) {
            return invalid(RejectReason.ROUND_ZERO, "producer " + header.producer());
        }
        if (header.round() < 0 || header.checkpointIndex() < 0) {
            return invalid(RejectReason.MALFORMED, "a number in the header has its highest bit set");
        }
        if (header.epoch() != header.round() / epochLength) {
            return invalid(
                    RejectReason.WRONG_EPOCH,
                    "epoch " + Long.toUnsignedString(header.epoch()) + " at round " + header.round());
        }
        if (!validators.isKnown(header.producer())) {
            return invalid(RejectReason.UNKNOWN_PRODUCER, "producer " + header.producer());
        }
        if (body.length > Limits.BODY_BYTES) {
            return invalid(RejectReason.TOO_LARGE, "body: " + body.length + " bytes");
        }
        if (!Domain.BODY.hash(body).equals(header.bodyHash())) {
            return invalid(RejectReason.BODY_HASH, "header says " + header.bodyHash());
        }
        return Optional.empty();
    }

    private Optional<Verdict.Invalid> checkParents(VertexRef ref, List<VertexRef> parents) {
        Optional<Verdict.Invalid> refusal = ParentRules.checkShape(ref, parents);
        if (refusal.isPresent()) {
            return refusal;
        }
        Optional<Validators> ofRound = validators.ofEpoch(ref.round() / epochLength);
        Optional<Validators> ofRoundBefore = validators.ofEpoch((ref.round() - 1) / epochLength);
        if (ofRound.isEmpty() || ofRoundBefore.isEmpty()) {
            return Optional.empty();
        }
        return ParentRules.checkWeights(ref, parents, ofRound.get(), ofRoundBefore.get());
    }

    private static Optional<Verdict.Invalid> checkTransactions(List<byte[]> transactions) {
        for (int i = 0; i < transactions.size(); i++) {
            try {
                Transaction.checkFormat(transactions.get(i));
            } catch (MalformedRecordException e) {
                return invalid(RejectReason.BAD_TRANSACTION, "number " + i + ": " + reason(e));
            }
        }
        return Optional.empty();
    }

    private static Optional<Verdict.Invalid> invalid(RejectReason reason, String detail) {
        return Optional.of(new Verdict.Invalid(reason, detail));
    }

    private static String reason(MalformedRecordException e) {
        return String.valueOf(e.getMessage());
    }
}
