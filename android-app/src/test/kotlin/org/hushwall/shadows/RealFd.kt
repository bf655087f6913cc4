package org.hushwall.shadows

import android.os.ParcelFileDescriptor
import java.io.FileDescriptor
import java.util.concurrent.CopyOnWriteArrayList
import org.hushwall.lab.LibC

/** A ParcelFileDescriptor for a real descriptor of this process; Robolectric's own stand for temporary files only. */
class RealFd(private var raw: Int) : ParcelFileDescriptor(FileDescriptor()) {
    init {
        // The platform's constructor opened its guard against leaks, which knows nothing of this descriptor.
        val guard = ParcelFileDescriptor::class.java.getDeclaredField("mGuard").also { it.isAccessible = true }.get(this)
        guard?.let { it.javaClass.getMethod("close").invoke(it) }
        open += this
    }

    override fun getFd(): Int {
        check(raw >= 0) { "Already closed" }
        return raw
    }

    override fun detachFd(): Int = fd.also { forget() }

    override fun close() {
        if (raw < 0) return
        LibC.close(raw)
        forget()
    }

    override fun dup(): ParcelFileDescriptor = RealFd(LibC.sure(LibC.fcntl(fd, LibC.F_DUPFD_CLOEXEC, 3)))

    override fun toString() = "{RealFd: $raw}"

    private fun forget() {
        raw = -1
        open -= this
    }

    companion object {
        /** Neither closed nor handed over: leaks, if any is left after a test. */
        val open = CopyOnWriteArrayList<RealFd>()
    }
}
