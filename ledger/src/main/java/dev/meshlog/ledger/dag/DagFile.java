package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A DAG in text form, one item a line, {@code #} starts a comment:
 *
 * <pre>
 * validators A B:3 C D     name or name:weight; the first line
 * leader 3 C               the leader of a round, otherwise validator number round mod n
 * gc-depth 10              absent: nothing is orphaned
 * A1: A0 B0 C0             a vertex and its parents in list order; a prime marks an equivocation: B4'
 * </pre>
 */
public final class DagFile implements Schedule {
    private final List<String> names;
    private final Validators validators;
    private final Map<Long, Integer> leaders;
    private final OptionalLong gcDepth;
    private final Map<VertexRef, FileVertex> vertices;

    DagFile(
            List<String> names,
            Validators validators,
            Map<Long, Integer> leaders,
            OptionalLong gcDepth,
            Map<VertexRef, FileVertex> vertices) {
        this.names = List.copyOf(names);
        this.validators = validators;
        this.leaders = Map.copyOf(leaders);
        this.gcDepth = gcDepth;
        this.vertices = new LinkedHashMap<>(vertices);
    }

    /** @throws IllegalDagException with the line and the reason */
    public static DagFile parse(String text) throws IllegalDagException {
        DagFile file = new DagFileParser(text).parse();
        file.checkParents();
        return file;
    }

    static Validators validators(List<Long> weights) {
        List<Validator> members = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            members.add(new Validator(FileVertex.key(i), weights.get(i), "", 0));
        }
        return new Validators(members);
    }

    private void checkParents() throws IllegalDagException {
        for (FileVertex vertex : vertices.values()) {
            long round = vertex.name().round();
            Set<Hash> producers = new HashSet<>();
            long weight = 0;
            for (VertexRef parent : vertex.parents()) {
                if (parent.round() >= round) {
                    throw illegal(vertex, "a parent's round is not below " + round);
                }
                if (!producers.add(parent.producer())) {
                    throw illegal(vertex, "two parents of one producer");
                }
                if (parent.round() > 0 && !vertices.containsKey(parent)) {
                    throw illegal(vertex, "unknown parent");
                }
                if (parent.round() == round - 1) {
                    weight += validators.weight(parent.producer());
                }
            }
            if (!validators.isQuorum(weight)) {
                throw illegal(vertex, "no quorum at round " + (round - 1));
            }
        }
    }

    private static IllegalDagException illegal(FileVertex vertex, String reason) {
        return new IllegalDagException(vertex.line(), vertex.name().text() + ": " + reason);
    }

    @Override
    public Validators validators(long round) {
        return validators;
    }

    @Override
    public Hash leader(long round) {
        Integer chosen = leaders.get(round);
        return FileVertex.key(chosen == null ? (int) (round % names.size()) : chosen);
    }

    /** The rule's decisions for all the vertices together. */
    public DagDecisions decide() throws SafetyViolationException {
        return DagDecisions.of(this);
    }

    /** What the rule counted for those decisions. */
    public DagTallies tallies() throws SafetyViolationException {
        return new DagTallies(this);
    }

    /** All vertices accepted and all slots decided that can be; nothing committed yet. */
    Dag<FileVertex> accepted(DagListener<FileVertex> listener) throws SafetyViolationException {
        Dag<FileVertex> dag = new Dag<>(
                this,
                gcDepth.orElse(Long.MAX_VALUE),
                decided -> Long.MAX_VALUE,
                listener,
                Dag.Start.GENESIS,
                new Suspended<>(vertices.size(), Long.MAX_VALUE));
        vertices.values().forEach(dag::restore);
        dag.advance();
        return dag;
    }

    OptionalLong gcDepth() {
        return gcDepth;
    }

    /** In their order; a validator's number is its place, from 0. */
    public List<String> validatorNames() {
        return names;
    }

    /** A validator's number. */
    public int validator(Hash producer) {
        return FileVertex.validator(producer);
    }

    public long weight(int validator) {
        return validators.weight(FileVertex.key(validator));
    }

    /** A validator's vertex of round 0. */
    public VertexRef implicit(int validator) {
        return VertexRef.implicit(FileVertex.key(validator));
    }

    /** The same at every round. */
    public Validators validators() {
        return validators;
    }

    /** In the order of their lines, without those of round 0. */
    public Collection<FileVertex> vertices() {
        return Collections.unmodifiableCollection(vertices.values());
    }

    /** 0 when there is no vertex. */
    public long highestRound() {
        return vertices.keySet().stream().mapToLong(VertexRef::round).max().orElse(0);
    }

    public String leaderName(long round) {
        return names.get(FileVertex.validator(leader(round)));
    }

    /** As the file writes it, those of round 0 as their children name them. */
    public String vertexName(VertexRef ref) {
        FileVertex vertex = vertices.get(ref);
        return vertex == null
                ? names.get(FileVertex.validator(ref.producer())) + ref.round()
                : vertex.name().text();
    }
}
