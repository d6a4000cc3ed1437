//! Runs what may block for long away from the async runtime, and stops waiting after a while.

use std::time::Duration;

use super::StoreError;

/// Does `work` on a thread of its own and waits at most `limit` for it.
///
/// A thread of its own and not `spawn_blocking`: a runtime that ends waits for its blocking tasks, so a keyring that hangs
/// would keep azconnect from ending. This thread is left behind, and what it does may still happen.
///
/// # Errors
/// What `work` returned, or [`StoreError::TimedOut`], or [`StoreError::Failed`] when the thread could not start or panicked.
pub(super) async fn within<T: Send + 'static>(
    limit: Duration,
    store: &str,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let failed = |why: String| StoreError::Failed {
        store: store.to_owned(),
        why,
    };
    std::thread::Builder::new()
        .name("azconnect-store".to_owned())
        // Nobody is there to receive after the time is up: the answer is dropped, and a secret in it is zeroed.
        .spawn(move || drop(answer.send(work())))
        .map_err(|error| failed(format!("A thread could not start: {error}.")))?;
    match tokio::time::timeout(limit, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(failed("Its code ended in a panic.".to_owned())),
        Err(_) => Err(StoreError::TimedOut {
            store: store.to_owned(),
            after: Some(limit),
        }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_hanging_store_ends_neither_the_wait_nor_the_runtime_late() {
        let begun = std::time::Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let result = runtime.block_on(within(Duration::from_millis(20), "keyring", || {
            std::thread::sleep(Duration::from_secs(30));
            Ok(())
        }));
        drop(runtime);
        assert!(matches!(result, Err(StoreError::TimedOut { .. })));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_panic_below_is_an_error_above() {
        let result: Result<(), _> =
            within(Duration::from_secs(5), "keyring", || panic!("on purpose")).await;
        assert!(matches!(result, Err(StoreError::Failed { .. })));
    }
}
