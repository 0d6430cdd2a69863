package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vertex of a DAG in text form. */
record FileVertex(Name name, int line, List<VertexRef> parents) implements DagVertex {
    FileVertex {
        parents = List.copyOf(parents);
    }

    /** Validator, round, and a prime for each equivocation. */
    record Name(int validator, long round, int primes, String text) {
        /** Keys and ids are made up so that they sort as validators and names do. */
        VertexRef ref() {
            if (round == 0) {
                return VertexRef.implicit(key(validator));
            }
            byte[] spread =
                    Domain.VERTEX.hash(Domain.u64(round), Domain.u32(validator)).bytes();
            byte[] id = ByteBuffer.allocate(Hash.LENGTH)
                    .put(spread, 0, 8)
                    .putInt(primes)
                    .putInt(validator)
                    .putLong(round)
                    .array();
            return new VertexRef(round, key(validator), Hash.of(id));
        }
    }

    static Hash key(int validator) {
        return Hash.of(ByteBuffer.allocate(Hash.LENGTH).putInt(validator).array());
    }

    @Override
    public VertexRef ref() {
        return name.ref();
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public @Nullable SignedHeader signedHeader() {
        return null;
    }
}
