package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.Parent;
import dev.meshlog.schemas.ledger.VertexBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The body of a vertex: parents, transactions, the producer's clock. */
record VertexBytes(List<VertexRef> parents, List<byte[]> transactions, long timestampMs) {
    private static final AvroBinary<VertexBody> BODY = new AvroBinary<>(VertexBody.getClassSchema());

    byte[] encode() {
        return BODY.encode(VertexBody.newBuilder()
                .setParents(parents.stream()
                        .map(parent -> new Parent(
                                parent.round(),
                                parent.producer().fixed(),
                                parent.id().fixed()))
                        .toList())
                .setTransactions(transactions.stream().map(ByteBuffer::wrap).toList())
                .setTimestampMs(timestampMs)
                .build());
    }

    /** @throws dev.meshlog.schemas.MalformedRecordException when it is not one canonical body within the limits */
    static VertexBytes decode(byte[] body) {
        if (body.length > Limits.BODY_BYTES) {
            throw new LimitExceededException("body: " + body.length + " bytes, the limit is " + Limits.BODY_BYTES);
        }
        var in = new BoundedReader(body);
        int parentCount = in.readCount("parents", Validators.MAX_SIZE);
        List<VertexRef> parents = new ArrayList<>();
        for (int i = 0; i < parentCount; i++) {
            long round = in.readUnsigned("parent's round");
            Hash producer = in.readHash("parent's producer");
            parents.add(new VertexRef(round, producer, in.readHash("parent's id")));
        }
        in.endArray("parents", parentCount);
        int transactionCount = in.readCount("transactions", Limits.TRANSACTIONS);
        List<byte[]> transactions = new ArrayList<>();
        for (int i = 0; i < transactionCount; i++) {
            transactions.add(in.readBytes("transaction", Limits.TRANSACTION_BYTES));
        }
        in.endArray("transactions", transactionCount);
        long timestampMs = in.readLong("timestamp");
        in.end("the body");
        return new VertexBytes(List.copyOf(parents), List.copyOf(transactions), timestampMs);
    }
}
