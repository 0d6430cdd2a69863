package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * The complete binary tree over 2^bits digests; an inner node is H(09 ‖ left ‖ right). Changed leaves are remembered and their
 * paths computed once for each root. One thread at a time.
 */
public final class MerkleTree {
    // Node 1 is the root, node i has the children 2i and 2i + 1, so a parent always comes before its children.
    private final Hash[] nodes;
    private final int leaves;
    private final BitSet stale;

    /**
     * All leaves are 32 zero bytes.
     *
     * @throws IllegalArgumentException when bits is not 1 to 16
     */
    public MerkleTree(int bits) {
        leaves = Buckets.count(bits);
        nodes = new Hash[2 * leaves];
        stale = new BitSet(leaves);
        Hash uniform = Hash.ZERO;
        Arrays.fill(nodes, leaves, 2 * leaves, uniform);
        for (int level = leaves / 2; level >= 1; level /= 2) {
            uniform = inner(uniform, uniform);
            Arrays.fill(nodes, level, 2 * level, uniform);
        }
    }

    /** @throws IndexOutOfBoundsException when there is no such leaf */
    public void set(int leaf, Hash digest) {
        int node = node(leaf);
        if (!nodes[node].equals(digest)) {
            nodes[node] = digest;
            stale.set(node / 2);
        }
    }

    /** @throws IndexOutOfBoundsException when there is no such leaf */
    public Hash leaf(int leaf) {
        return nodes[node(leaf)];
    }

    public Hash root() {
        for (int node = stale.length() - 1; node >= 1; node = stale.previousSetBit(node - 1)) {
            nodes[node] = inner(nodes[2 * node], nodes[2 * node + 1]);
            stale.clear(node);
            stale.set(node / 2);
        }
        stale.clear();
        return nodes[1];
    }

    /**
     * The siblings on the way from the leaf up to the root, the leaf's own first.
     *
     * @throws IndexOutOfBoundsException when there is no such leaf
     */
    public List<Hash> path(int leaf) {
        root();
        List<Hash> siblings = new ArrayList<>();
        for (int node = node(leaf); node > 1; node /= 2) {
            siblings.add(nodes[node ^ 1]);
        }
        return siblings;
    }

    /**
     * The root of the tree with 2^(length of the path) leaves in which the path leads up from this leaf.
     *
     * @throws IndexOutOfBoundsException when such a tree has no such leaf
     */
    public static Hash rootOf(int leaf, Hash digest, List<Hash> path) {
        Objects.checkIndex(leaf, 1 << path.size());
        Hash node = digest;
        int position = leaf;
        for (Hash sibling : path) {
            node = (position & 1) == 0 ? inner(node, sibling) : inner(sibling, node);
            position /= 2;
        }
        return node;
    }

    private int node(int leaf) {
        if (leaf < 0 || leaf >= leaves) {
            throw new IndexOutOfBoundsException("leaf " + leaf + " of " + leaves);
        }
        return leaves + leaf;
    }

    private static Hash inner(Hash left, Hash right) {
        return Domain.MERKLE_NODE.hash(left, right);
    }
}
