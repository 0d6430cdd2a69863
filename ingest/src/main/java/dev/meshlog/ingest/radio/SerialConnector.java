package dev.meshlog.ingest.radio;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** A radio on a serial line. */
final class SerialConnector implements RadioConnector {
    /** Wakes a radio that sleeps, and ends whatever its parser was waiting for: no frame begins with these. */
    private static final byte[] WAKE = new byte[32];

    static {
        Arrays.fill(WAKE, (byte) 0xC3);
    }

    private final String device;
    private final int baudRate;

    SerialConnector(String device, int baudRate) {
        this.device = device;
        this.baudRate = baudRate;
    }

    @Override
    public RadioConnection connect() throws IOException {
        SerialPort port;
        try {
            port = SerialPort.getCommPort(device);
        } catch (SerialPortInvalidPortException e) {
            throw new IOException("there is no serial port " + device, e);
        }
        port.setComPortParameters(baudRate, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
        if (!port.openPort()) {
            throw new IOException("can't open " + device + " (error " + port.getLastErrorCode()
                    + "): another program may have it, or this user may not");
        }
        var connection = new SerialConnection(port);
        try {
            connection.write(WAKE);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public void abort() {
        // Opening a port does not wait for anybody.
    }

    private record SerialConnection(SerialPort port) implements RadioConnection {
        @Override
        public int read(byte[] into, Duration most) throws IOException {
            port.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, Math.toIntExact(most.toMillis()), 0);
            int read = port.readBytes(into, into.length);
            if (read < 0) {
                throw new IOException(port.getSystemPortPath() + " is gone (error " + port.getLastErrorCode() + ")");
            }
            return read;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            for (int from = 0; from < bytes.length; ) {
                int written = port.writeBytes(bytes, bytes.length - from, from);
                if (written <= 0) {
                    throw new IOException(
                            port.getSystemPortPath() + " takes nothing (error " + port.getLastErrorCode() + ")");
                }
                from += written;
            }
        }

        /** Closing waits for what was written to go out. It never does when the radio hangs, so it is thrown away. */
        @Override
        public void close() {
            port.flushIOBuffers();
            port.closePort();
        }
    }
}
