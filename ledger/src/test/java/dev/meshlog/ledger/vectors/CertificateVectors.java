package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Certificates of the run's checkpoints, in the order in which a node that reads the log gets them, and bytes that are none. */
final class CertificateVectors {
    private static final int HEADERS = 34;
    private static final int ATTESTATION = 184;

    private CertificateVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        ObjectNode run = RunVectors.make();
        List<Validators> sets = sets(run.get("validators"));
        file.put("networkId", VectorNetwork.NETWORK.hex())
                .put("epochLength", VectorNetwork.GENESIS.epochLength())
                .set("validators", run.get("validators"));
        var collector = new CertificateCollector(VectorNetwork.NETWORK, 0);
        List<Certificate> certificates = new ArrayList<>();
        for (Vertex vertex : RunVectors.LOG) {
            if (vertex.epoch() < sets.size()) {
                collector
                        .add(Attestation.of(vertex), sets.get((int) vertex.epoch()))
                        .ifPresent(certificates::add);
            }
        }
        ArrayNode accepted = file.putArray("accepted");
        for (Certificate certificate : certificates) {
            accepted.addObject()
                    .put("checkpoint", certificate.checkpointIndex())
                    .put("root", certificate.root().hex())
                    .put("bytes", Hex.of(certificate.encode()));
        }
        ArrayNode refused = file.putArray("refused");
        CertificateVerifier verifier = verifier(VectorNetwork.NETWORK, sets);
        for (byte[] bytes :
                changed(certificates.get(0).encode(), certificates.get(1).encode())) {
            refused.addObject().put("reason", verdict(verifier, bytes)).put("bytes", Hex.of(bytes));
        }
        return file;
    }

    static List<Validators> sets(JsonNode list) {
        List<Validators> sets = new ArrayList<>();
        for (JsonNode set : list) {
            List<Validator> members = new ArrayList<>();
            set.forEach(member -> members.add(new Validator(
                    Hash.ofHex(member.get("publicKey").asText()),
                    member.get("weight").asLong(),
                    member.get("gossipAddress").asText(),
                    member.get("stake").asLong())));
            sets.add(new Validators(members));
        }
        return sets;
    }

    static CertificateVerifier verifier(Hash networkId, List<Validators> sets) {
        var known = new KnownValidators() {
            @Override
            public Optional<Validators> ofEpoch(long epoch) {
                return epoch < sets.size() ? Optional.of(sets.get((int) epoch)) : Optional.empty();
            }

            @Override
            public boolean isKnown(Hash publicKey) {
                return sets.stream().anyMatch(set -> set.contains(publicKey));
            }
        };
        return new CertificateVerifier(networkId, VectorNetwork.GENESIS.epochLength(), known, Ed25519.fastest());
    }

    static String verdict(CertificateVerifier verifier, byte[] bytes) {
        try {
            verifier.verify(bytes);
            return "VALID";
        } catch (InvalidCertificateException e) {
            return e.reason().name();
        }
    }

    private static List<byte[]> changed(byte[] first, byte[] second) {
        byte[] version = first.clone();
        version[0] = 4;
        byte[] network = first.clone();
        network[1] ^= 1;
        byte[] signature = first.clone();
        signature[HEADERS + 120] ^= 1;
        byte[] epoch = first.clone();
        epoch[HEADERS + 47] ^= 1;
        byte[] unknownEpoch = first.clone();
        ByteBuffer.wrap(unknownEpoch, HEADERS + 32, 16).putLong(95).putLong(9);
        byte[] stranger = first.clone();
        System.arraycopy(new byte[Hash.LENGTH], 0, stranger, HEADERS, Hash.LENGTH);
        byte[] order = first.clone();
        System.arraycopy(first, HEADERS, order, HEADERS + ATTESTATION, ATTESTATION);
        byte[] mixed = first.clone();
        System.arraycopy(second, HEADERS + 48, mixed, HEADERS + 48, 40);
        byte[] fewer = ByteBuffer.allocate(HEADERS + 2 * ATTESTATION + 1)
                .put(first, 0, HEADERS + 2 * ATTESTATION)
                .array();
        fewer[HEADERS - 1] = 4;
        return List.of(
                version,
                network,
                signature,
                epoch,
                unknownEpoch,
                stranger,
                order,
                mixed,
                fewer,
                Arrays.copyOf(first, first.length - 1));
    }
}
