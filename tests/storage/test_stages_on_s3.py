"""What stages store, on a real S3 server: the tests of merging and purging once more, but those of a folder."""

import pytest

from tests.stages.test_merge import (  # noqa: F401
    test_a_lost_manifest_of_the_dataset_is_made_again,
    test_a_lost_month_is_made_again,
    test_a_month_that_was_put_before_its_manifest_is_never_half,
    test_an_older_observation_that_comes_later_changes_only_when_it_was_first_seen,
    test_the_dataset_is_one_file_for_each_month_of_creation,
    test_the_files_hold_the_declared_schema,
    test_the_latest_observation_wins_and_the_first_is_remembered,
    three_windows,
)
from tests.stages.test_purge import (  # noqa: F401
    engine,
    full,
    index,
    registry,
    test_a_certificate_says_who_when_why_and_how_many_and_quotes_nothing,
    test_a_document_of_another_dataset_too_stays_there_and_another_project_stays_whole,
    test_a_purge_is_refused_while_a_window_is_harvested,
    test_an_inventory_counts_every_sort_of_thing,
    test_another_run_finishes_a_purge_with_its_own_approval,
)


@pytest.fixture
def objects(real_s3):
    """In place of the folder that these tests have elsewhere."""
    return real_s3.storage()
