package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.ObjectVersion;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.TransactionBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A signed transaction: the bytes as received, and what they say. Byte arrays are shared, not copied: never change them. */
@SuppressWarnings("ArrayRecordComponent") // compared by id
public record Transaction(byte[] bytes, Hash id, Call call, byte[] signature) {
    private static final AvroBinary<TransactionBody> BODY = new AvroBinary<>(TransactionBody.getClassSchema());
    private static final AvroBinary<SignedTransaction> SIGNED = new AvroBinary<>(SignedTransaction.getClassSchema());

    /** @throws IllegalArgumentException when the call is over a limit */
    public static Transaction sign(Hash networkId, Call call, SigningKey key) {
        byte[] body = encode(call);
        Hash id = Domain.TRANSACTION.hash(networkId, body);
        byte[] signature = key.sign(id);
        byte[] bytes = SIGNED.encode(new SignedTransaction(ByteBuffer.wrap(body), new Bytes64(signature)));
        try {
            checkFormat(bytes);
        } catch (MalformedRecordException e) {
            throw new IllegalArgumentException("not a legal transaction: " + e.getMessage(), e);
        }
        return new Transaction(bytes, id, call, signature);
    }

    /** @throws MalformedRecordException when the bytes are not one canonical transaction within the limits */
    public static Transaction parse(Hash networkId, byte[] bytes) {
        Envelope envelope = open(bytes);
        Call call = decode(envelope.body());
        return new Transaction(bytes, Domain.TRANSACTION.hash(networkId, envelope.body()), call, envelope.signature());
    }

    static void checkFormat(byte[] bytes) {
        decode(open(bytes).body());
    }

    public boolean hasGoodSignature(SignatureCheck signatures) {
        return signatures.verify(call.sender(), id, signature);
    }

    /** Of the object that the call creates as number {@code index}. */
    public Hash createdId(int index) {
        return createdId(id, index);
    }

    public static Hash createdId(Hash txId, int index) {
        return Domain.OBJECT.hash(txId, Domain.u32(index));
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Envelope(byte[] body, byte[] signature) {}

    private static Envelope open(byte[] bytes) {
        if (bytes.length > Limits.TRANSACTION_BYTES) {
            throw new LimitExceededException("transaction: " + bytes.length + " bytes");
        }
        var in = new BoundedReader(bytes);
        byte[] body = in.readBytes("transaction's body", Limits.TRANSACTION_BYTES);
        byte[] signature = in.readFixed("signature", Ed25519.SIGNATURE_LENGTH);
        in.end("the transaction");
        return new Envelope(body, signature);
    }

    private static byte[] encode(Call call) {
        return BODY.encode(TransactionBody.newBuilder()
                .setSender(call.sender().fixed())
                .setReads(versions(call.reads()))
                .setWrites(versions(call.writes()))
                .setCreatesCount(call.createsCount())
                .setPod(call.pod())
                .setFunction(call.function())
                .setArgs(ByteBuffer.wrap(call.args()))
                .setValidUntilRound(call.validUntilRound())
                .build());
    }

    private static List<ObjectVersion> versions(List<ObjectRef> objects) {
        return objects.stream()
                .map(object -> new ObjectVersion(object.id().fixed(), object.version()))
                .toList();
    }

    private static Call decode(byte[] body) {
        var in = new BoundedReader(body);
        Hash sender = in.readHash("sender");
        Set<Hash> seen = new HashSet<>();
        List<ObjectRef> reads = readObjects(in, "reads", seen);
        List<ObjectRef> writes = readObjects(in, "writes", seen);
        int createsCount = in.readCount("createsCount", Limits.OBJECTS);
        String pod = in.readText("pod", Limits.NAME_BYTES);
        String function = in.readText("function", Limits.NAME_BYTES);
        byte[] args = in.readBytes("args", Limits.TRANSACTION_BYTES);
        long validUntilRound = in.readUnsigned("validUntilRound");
        in.end("the transaction's body");
        return new Call(sender, reads, writes, createsCount, pod, function, args, validUntilRound);
    }

    private static List<ObjectRef> readObjects(BoundedReader in, String what, Set<Hash> seen) {
        int count = in.readCount(what, Limits.OBJECTS);
        List<ObjectRef> objects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Hash id = in.readHash(what);
            objects.add(new ObjectRef(id, in.readUnsigned("version")));
            if (!seen.add(id)) {
                throw new MalformedRecordException("object " + id + " is declared twice");
            }
        }
        in.endArray(what, count);
        return objects;
    }
}
