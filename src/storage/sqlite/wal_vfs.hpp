#pragma once

namespace daybook::storage::sqlite {

/// The name of a VFS that writes a write-ahead log in few large pieces: SQLite hands over each page of a commit in two
/// small writes, which for a group of 64 creates are some hundred system calls; here they are kept until SQLite syncs,
/// reads or measures the log, and go out together. Nothing that was synced is ever held back.
///
/// For connections with synchronous=FULL or EXTRA only: those sync the log before other connections are told of a
/// commit. Everything but the log goes straight to the default VFS. Registers itself at the first call; thread-safe.
const char* wal_vfs();

}  // namespace daybook::storage::sqlite
