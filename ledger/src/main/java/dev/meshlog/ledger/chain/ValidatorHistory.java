package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.state.EntryLimits;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.ValidatorEntry;
import dev.meshlog.schemas.ledger.ValidatorSet;
import dev.meshlog.schemas.ledger.ValidatorSets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The validator sets by the first epoch they hold for: the entry of the validators table. Immutable. */
public final class ValidatorHistory {
    private static final AvroBinary<ValidatorSets> ENTRY = new AvroBinary<>(ValidatorSets.getClassSchema());

    private final NavigableMap<Long, Validators> sets;

    private ValidatorHistory(NavigableMap<Long, Validators> sets) {
        this.sets = sets;
    }

    static ValidatorHistory genesis(Validators validators) {
        var sets = new TreeMap<Long, Validators>();
        sets.put(0L, validators);
        return new ValidatorHistory(sets);
    }

    public Validators ofEpoch(long epoch) {
        Map.Entry<Long, Validators> set = sets.floorEntry(epoch);
        if (set == null) {
            throw new IllegalStateException("the validators of epoch " + epoch + " are forgotten");
        }
        return set.getValue();
    }

    public boolean contains(Hash publicKey) {
        return sets.values().stream().anyMatch(set -> set.contains(publicKey));
    }

    long firstEpoch() {
        return sets.firstKey();
    }

    ValidatorHistory with(long fromEpoch, Validators validators) {
        if (ofEpoch(fromEpoch).equals(validators)) {
            return this;
        }
        var changed = new TreeMap<>(sets);
        changed.put(fromEpoch, validators);
        return new ValidatorHistory(changed);
    }

    /** Without the sets that held only for epochs before this one. */
    ValidatorHistory from(long epoch) {
        Long first = sets.floorKey(epoch);
        return first == null || first.equals(sets.firstKey())
                ? this
                : new ValidatorHistory(new TreeMap<>(sets.tailMap(first, true)));
    }

    /** The sets of both, one going on from the other: where both have an epoch they agree. */
    ValidatorHistory and(ValidatorHistory later) {
        var all = new TreeMap<>(sets);
        all.putAll(later.sets);
        return new ValidatorHistory(all);
    }

    /** Whether the state can hold it: many large sets, one of every epoch above the GC floor, can outgrow an entry. */
    boolean fitsAnEntry() {
        return encode().length <= EntryLimits.MAX_VALUE_BYTES;
    }

    public byte[] encode() {
        return ENTRY.encode(toRecord());
    }

    ValidatorSets toRecord() {
        List<ValidatorSet> records = new ArrayList<>();
        sets.forEach((fromEpoch, set) -> records.add(new ValidatorSet(
                fromEpoch,
                set.members().stream()
                        .map(member -> new ValidatorEntry(
                                member.publicKey().fixed(), member.weight(), member.gossipAddress(), member.stake()))
                        .toList())));
        return new ValidatorSets(records);
    }

    /** @throws dev.meshlog.schemas.MalformedRecordException when the bytes are not the entry of the validators table */
    public static ValidatorHistory decode(byte[] bytes) {
        return of(ENTRY.decode(bytes));
    }

    static ValidatorHistory of(ValidatorSets entry) {
        var sets = new TreeMap<Long, Validators>();
        try {
            for (ValidatorSet set : entry.getSets()) {
                if (!sets.isEmpty() && set.getFromEpoch() <= sets.lastKey()) {
                    throw new MalformedRecordException("the epochs of the validators table do not ascend");
                }
                sets.put(
                        set.getFromEpoch(),
                        new Validators(set.getValidators().stream()
                                .map(member -> new Validator(
                                        Hash.of(member.getPublicKey()),
                                        member.getWeight(),
                                        member.getGossipAddress(),
                                        member.getStake()))
                                .toList()));
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException("impossible validators: " + e.getMessage(), e);
        }
        if (sets.isEmpty()) {
            throw new MalformedRecordException("the validators table is empty");
        }
        return new ValidatorHistory(sets);
    }
}
