package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vertex of a DAG in text form.
 *
 * @param line where it stands, counted from 1
 */
public record FileVertex(Name name, int line, List<VertexRef> parents) implements DagVertex {
    public FileVertex {
        parents = List.copyOf(parents);
    }

    /**
     * Validator, round, and a prime for each equivocation.
     *
     * @param validator its number in the list of validators, from 0
     * @param ref made up so that references sort as validators and names do
     */
    public record Name(int validator, long round, int primes, String text, VertexRef ref) {
        static Name of(int validator, long round, int primes, String text) {
            return new Name(validator, round, primes, text, ref(validator, round, primes));
        }

        private static VertexRef ref(int validator, long round, int primes) {
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

    /** The number behind a key made by {@link #key}. */
    static int validator(Hash key) {
        return ByteBuffer.wrap(key.bytes()).getInt();
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
