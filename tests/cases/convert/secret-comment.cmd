pmtac convert -x powermta secret-comment.pmta
