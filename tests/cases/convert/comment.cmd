pmtac convert -x powermta  comment.pmta
